#!/usr/bin/env bash
# Build the images. The engine caches images whose sources have not changed, so a second run takes
# seconds.
#
#   ci/images.sh           all images
#   ci/images.sh native    the simulator for this machine and the reference proxy
#   ci/images.sh arm64     the simulator for arm64
set -euo pipefail
cd "$(dirname "$0")/.."

docker info >/dev/null 2>&1 || trap 'ci/engine.sh stop' EXIT
ci/engine.sh start

. ci/ca-bundle.sh

build_native() {
  docker compose build --quiet
  # Compose labels its images with the name of the stack, which the separation scan rejects. The
  # production build replaces the image under the same tag, with the same layers.
  ci/build-proxy-image.sh
}

build_arm64() {
  docker buildx build --quiet --load --platform linux/arm64 --tag token-issuer:arm64 \
    --secret "id=ca,src=${BUILD_CA_BUNDLE:-/dev/null}" --target simulator \
    --file packages/dev-only/token-issuer/Dockerfile.dev . >/dev/null
}

case ${1-all} in
  native) build_native ;;
  arm64) build_arm64 ;;
  all)
    build_native
    build_arm64
    ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
