#!/usr/bin/env bash
# Run the issuer's stack on a real Docker Swarm with one node: three replicas and a load balancer.
# Needs root, and starts an engine if none is running. An engine that is not part of a swarm becomes
# one during the tests. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

stop_engine=false leave_swarm=false
docker info >/dev/null 2>&1 || stop_engine=true
clean_up() {
  if $leave_swarm; then docker swarm leave --force; fi
  if $stop_engine; then ci/engine.sh stop; fi
}
trap clean_up EXIT
ci/engine.sh start
docker image inspect "${ISSUER_IMAGE:-token-issuer}" reference-proxy >/dev/null 2>&1 || ci/images.sh native

# The tests need no registry: the image of the load balancer comes from Debian's packages.
export HAPROXY_IMAGE=token-issuer-haproxy
docker build --quiet --tag "$HAPROXY_IMAGE" - <tests/swarm/haproxy.Dockerfile >/dev/null

if [ "$(docker info --format '{{.Swarm.LocalNodeState}}')" = inactive ]; then
  docker swarm init --advertise-addr 127.0.0.1 >/dev/null
  leave_swarm=true
fi
ci/uv run --locked --all-packages --all-extras pytest -n 3 --dist loadfile tests/swarm "$@"
