#!/usr/bin/env bash
# Build the images and test them with a real Docker engine: the simulator on amd64 and arm64, and the
# compose stack. Starts an engine if none is running.
set -euo pipefail
cd "$(dirname "$0")/.."

container='' stop_engine=false
docker info >/dev/null 2>&1 || stop_engine=true
clean_up() {
  test -z "$container" || docker rm --force "$container" >/dev/null
  if $stop_engine; then ci/engine.sh stop; fi
}
trap clean_up EXIT
ci/engine.sh start
. ci/ca-bundle.sh # for the images that tests build
ci/images.sh

wait_until_healthy() {
  for _ in {1..120}; do
    [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" != healthy ] || return 0
    sleep 1
  done
  docker logs "$1" >&2
  return 1
}

# Run the issuer's HTTP tests against an image, to find modules that are missing in it.
issuer=packages/dev-only/token-issuer
test_over_http() { # IMAGE [PYTEST_OPTION...]
  printf '\n%s: the HTTP tests of the issuer\n' "$1"
  container=$(docker run --detach --read-only --cap-drop ALL --publish 127.0.0.1::8081 \
    --health-timeout 30s "$1") # in emulation on a busy machine, the check exceeds its 5 s
  wait_until_healthy "$container"
  TOKEN_ISSUER_TEST_URL=http://$(docker port "$container" 8081) \
    ci/uv run --locked --project "$issuer" pytest --quiet -c pyproject.toml --rootdir . \
    "$issuer/tests/http" "${@:2}"
  docker rm --force "$container" >/dev/null
  container=
}
test_over_http token-issuer --all
# In emulation, run all of them except the fuzzing, which calls the same routes more often.
# tests/containers/test_image.py covers the administration of this image.
test_over_http token-issuer:arm64 -k "not schemathesis"

ci/uv run --locked --all-packages --all-extras pytest tests/containers "$@"
