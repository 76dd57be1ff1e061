#!/usr/bin/env bash
# Test the deployment over SSH with a real Docker engine and a real sshd on loopback. Needs root, and
# starts an engine if none is running.
set -euo pipefail
cd "$(dirname "$0")/.."

docker info >/dev/null 2>&1 || trap 'ci/engine.sh stop' EXIT
ci/engine.sh start

. ci/ca-bundle.sh

ci/uv run --locked --all-packages --all-extras pytest -n 3 tests/deploy "$@"
