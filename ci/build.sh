#!/usr/bin/env bash
# Build the production wheels and sdists into dist/. The workspace does not contain the simulator.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf dist
ci/uv build --all-packages --out-dir dist
ls -l dist
