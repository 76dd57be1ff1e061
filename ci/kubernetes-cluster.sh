#!/usr/bin/env bash
# Run the manifests for Kubernetes in a real cluster of one node: etcd, API server, controllers,
# scheduler, kubelet, kube-proxy and containerd. Not part of .ci/run: the first run builds Kubernetes
# from Go modules. Needs root on Debian or Ubuntu, Go, and the image token-issuer (or the one that
# ISSUER_IMAGE names). Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

unset PYTHONDONTWRITEBYTECODE
[ "$(id -u)" -eq 0 ] || { echo "ci/kubernetes-cluster.sh: run it as root: it needs its own network and cgroups" >&2; exit 1; }
ci/engine.sh install containerd

ci/uv sync --quiet --locked --all-packages --all-extras
.venv/bin/python -m tests.kubernetes_cluster.components # builds what is missing

# A separate network: the rules of kube-proxy stay in it, and the ports of the cluster are free.
network=token-issuer-$$
ip netns add "$network"
CLUSTER_FOLDER=$(mktemp -d /var/tmp/cluster.XXXXXX)
export CLUSTER_FOLDER
trap 'ip netns delete "$network"; rm -rf --one-file-system "$CLUSTER_FOLDER"' EXIT
ip -n "$network" link set lo up
ip -n "$network" link add node type veth peer name wire
ip -n "$network" address add 10.250.0.1/24 dev node
ip -n "$network" link set wire up
ip -n "$network" link set node up
ip -n "$network" route add default dev node

# nsenter, not `ip netns exec`, which would hide /sys/fs/cgroup from the kubelet. What the cluster
# leaves behind ends with the namespaces of mounts and processes.
nsenter --net="/run/netns/$network" unshare --mount --pid --fork --kill-child --mount-proc \
  sh -c 'mount -t tmpfs tmpfs /run/netns && exec .venv/bin/python -m pytest tests/kubernetes_cluster "$@"' sh "$@"
