#!/usr/bin/env bash
# Build all that production ships into dist/, look through it for the simulator, and certify it.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/engine.sh start
trap 'ci/engine.sh stop' EXIT

bundle=/etc/ssl/certs/ca-certificates.crt # the build trusts what this machine trusts
if [ -z "${BUILD_CA_BUNDLE-}" ] && [ -e "$bundle" ]; then BUILD_CA_BUNDLE=$bundle; fi

ci/build.sh
ci/build-guard-pyz.sh
cp uv.lock dist/
ci/uv export --quiet --locked --all-packages --no-dev --output-file dist/requirements.txt
ci/uv export --quiet --locked --all-packages --no-dev --output-file dist/pylock.toml
docker buildx build --quiet --load --tag reference-proxy \
  --secret "id=ca,src=${BUILD_CA_BUNDLE:-/dev/null}" --file examples/proxy/Dockerfile . >/dev/null
docker save --output dist/reference-proxy.tar reference-proxy

printf '\nwhat is shipped:\n'
(cd dist && sha256sum -- *)
printf '\n'
ci/check-separation --certificate dist/separation.json dist
