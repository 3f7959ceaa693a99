#!/usr/bin/env bash
# helm with these arguments: the one on PATH, else one built from its Go module, once; that takes three minutes on two cores.
set -euo pipefail
. "$(dirname "$0")/../../examples/cluster/programs.sh" docker

if ! command -v helm >/dev/null; then
  # The newest that has the Kubernetes libraries of 1.34.
  version=v3.19.5
  flags="-X helm.sh/helm/v3/internal/version.version=$version"
  # Which Kubernetes it renders for where it knows no cluster.
  for package in chartutil lint/rules; do
    flags+=" -X helm.sh/helm/v3/pkg/$package.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/$package.k8sVersionMinor=34"
  done
  go_program helm "helm.sh/helm/v3@$version" helm.sh/helm/v3/cmd/helm '' "$flags" >&2
  PATH=$PROGRAMS:$PATH
fi
exec helm "$@"
