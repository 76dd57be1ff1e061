#!/usr/bin/env bash
# Build dist/proxy-guard.pyz: the guard as one file, for images that have Python 3.11+ but no pip.
# The build is reproducible: the same sources and the same Python give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

. ci/python.sh

"$python" -I ci/build-pyz dist/proxy-guard.pyz proxy_guard.cli \
  packages/proxy-guard/src/proxy_guard packages/proxy-guard/pyproject.toml
"$python" -I -S dist/proxy-guard.pyz --help >/dev/null
sha256sum dist/proxy-guard.pyz
