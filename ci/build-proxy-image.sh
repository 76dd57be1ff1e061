#!/usr/bin/env bash
# Build the production image of the reference proxy, with the engine that runs.
set -euo pipefail
cd "$(dirname "$0")/.."

bundle=/etc/ssl/certs/ca-certificates.crt # the build trusts what this machine trusts
if [ -z "${BUILD_CA_BUNDLE-}" ] && [ -e "$bundle" ]; then BUILD_CA_BUNDLE=$bundle; fi

docker buildx build --quiet --load --tag reference-proxy \
  --secret "id=ca,src=${BUILD_CA_BUNDLE:-/dev/null}" --file examples/proxy/Dockerfile . >/dev/null
