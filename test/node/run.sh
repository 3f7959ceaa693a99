#!/usr/bin/env bash
# What users and developers run first, on other versions of Node than this machine's: `npm run test:node -- 22 24 26`.
# For each it takes the newest Node of npm's package `node`, once, into the cache, and runs there: the built command
# line, which must print no warning, the demo, and the tests that touch most of what Node brings (native modules, sockets,
# TLS, files, processes, threads). Needs `npm run build`. Options of vitest may follow: `-- 24 --reporter=json`.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/coalmine/node
path=$PATH
tests=(
  test/workflows/replay.test.ts
  test/client.test.ts
  test/activities/load/http.test.ts
  test/temporal/binary.test.ts
  test/temporal/tls.test.ts
)

# quiet CODE ARGUMENTS…: the command line exits so, and says nothing on standard error.
quiet() {
  local expected=$1 status=0 said
  shift
  said=$(node dist/src/cli/main.js "$@" 2>&1 >/dev/null) || status=$?
  if [ "$status" != "$expected" ] || [ -n "$said" ]; then
    echo "coalmine $* ended with exit code $status, expected $expected, and said on standard error: $said" >&2
    return 1
  fi
}

versions=()
while [[ ${1:-} =~ ^[0-9]+$ ]]; do versions+=("$1") && shift; done
for version in "${versions[@]:-$(node -p 'parseInt(process.versions.node)')}"; do
  bin=$cache/$version/node_modules/node/bin
  [ -x "$bin/node" ] || npm install --silent --no-audit --no-fund --no-save --prefix "$cache/$version" "node@$version"
  export PATH=$bin:$path
  echo "== Node $(node --version)"
  quiet 0 --version
  # No server is there: the doctor finds that, and reports it on standard output.
  TEMPORAL_ADDRESS=127.0.0.1:9 quiet 10 doctor
  node --import tsx examples/demo/demo.ts
  node node_modules/vitest/vitest.mjs run --project behaviour "$@" "${tests[@]}"
done
