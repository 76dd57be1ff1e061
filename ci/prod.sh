#!/usr/bin/env bash
# Build everything that production ships into dist/, scan it for the simulator, and certify it.
set -euo pipefail
cd "$(dirname "$0")/.."

docker info >/dev/null 2>&1 || trap 'ci/engine.sh stop' EXIT
ci/engine.sh start

ci/build.sh
ci/build-guard-pyz.sh
cp uv.lock dist/
ci/uv export --quiet --locked --all-packages --no-dev --output-file dist/requirements.txt
ci/uv export --quiet --locked --all-packages --no-dev --output-file dist/pylock.toml
ci/build-proxy-image.sh
docker save --output dist/reference-proxy.tar reference-proxy

printf '\nshipped artefacts:\n'
(cd dist && sha256sum -- *)
printf '\n'
ci/check-separation --certificate dist/separation.json dist
