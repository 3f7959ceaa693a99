#!/usr/bin/env bash
# For a Debian machine without Docker, as root: the engine of Debian, compose of its Go module, and both started.
# The engine runs on, its log beside the programs; what it prints last is its process id.
set -euo pipefail
. "$(dirname "$0")/../../examples/cluster/programs.sh" docker

if ! command -v dockerd >/dev/null || ! command -v mmdebstrap >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends docker.io iptables mmdebstrap
fi
if ! docker compose version >/dev/null 2>&1; then
  compose=github.com/docker/compose/v2
  go_program docker-compose $compose@v2.40.3 $compose/cmd '' "-X $compose/internal.Version=v2.40.3"
  install -D "$PROGRAMS/docker-compose" "${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins/docker-compose"
fi
if ! docker info >/dev/null 2>&1; then
  setsid nohup dockerd >"$PROGRAMS/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 60); do
    if docker info >/dev/null 2>&1; then break; fi
    sleep 1
  done
  docker info --format 'Docker {{.ServerVersion}}' || { tail "$PROGRAMS/dockerd.log" >&2 && exit 1; }
  echo "$!"
fi
