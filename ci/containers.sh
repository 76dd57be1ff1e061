#!/usr/bin/env bash
# Build the images and test them with a real Docker engine: the simulator on amd64 and arm64, the
# compose stack, the deployment over SSH. Brings the engine where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/engine.sh start
container=
trap 'test -z "$container" || docker rm --force "$container" >/dev/null; ci/engine.sh stop' EXIT

# The builds trust the certificates that this machine trusts.
bundle=/etc/ssl/certs/ca-certificates.crt
if [ -z "${BUILD_CA_BUNDLE-}" ] && [ -e "$bundle" ]; then export BUILD_CA_BUNDLE=$bundle; fi

docker compose build --quiet
docker buildx build --quiet --load --platform linux/arm64 --tag token-issuer:arm64 \
  --secret "id=ca,src=${BUILD_CA_BUNDLE:-/dev/null}" --target simulator \
  --file packages/dev-only/token-issuer/Dockerfile.dev . >/dev/null

wait_until_healthy() {
  for _ in {1..60}; do
    [ "$(docker inspect --format '{{.State.Health.Status}}' "$1")" != healthy ] || return 0
    sleep 1
  done
  docker logs "$1" >&2
  return 1
}

# The issuer's own HTTP tests, so that no module that is imported late is missing in the images.
issuer=packages/dev-only/token-issuer
for image in token-issuer token-issuer:arm64; do
  printf '\n%s: the HTTP tests of the issuer\n' "$image"
  container=$(docker run --detach --read-only --cap-drop ALL --publish 127.0.0.1::8081 "$image")
  wait_until_healthy "$container"
  TOKEN_ISSUER_TEST_URL=http://$(docker port "$container" 8081) \
    ci/uv run --locked --project "$issuer" pytest --quiet -c pyproject.toml --rootdir . "$issuer/tests/http"
  docker rm --force "$container" >/dev/null
  container=
done

ci/uv run --locked --all-packages --all-extras pytest tests/containers tests/deploy "$@"
ci/bench.sh --quick containers
