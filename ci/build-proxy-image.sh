#!/usr/bin/env bash
# Build the production image of the reference proxy with the running Docker engine.
set -euo pipefail
cd "$(dirname "$0")/.."

. ci/ca-bundle.sh

docker buildx build --quiet --load --tag reference-proxy \
  --secret "id=ca,src=${BUILD_CA_BUNDLE:-/dev/null}" --file examples/proxy/Dockerfile . >/dev/null
