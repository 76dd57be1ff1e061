#!/usr/bin/env bash
# Build dist/check-separation.pyz: the scan as one file, for pipelines of other projects. It contains
# what the scan reads from the sources of this checkout, so it runs without them, with Python 3.11+.
# The build is reproducible: the same sources and the same Python give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

. ci/python.sh

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
PYTHONPATH=ci:packages/proxy-guard/src "$python" -m separation.sources "$data"
cp ci/uv "$data/uv.txt"

"$python" -I ci/build-pyz dist/check-separation.pyz separation.launcher \
  ci/separation separation/data="$data" ci/arguments.py ci/sarif_log.py packages/proxy-guard/src/proxy_guard
sha256sum dist/check-separation.pyz
