#!/usr/bin/env bash
# Test the deployment over SSH with a real Docker engine and a real sshd on loopback (root). Starts
# both if they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

docker info >/dev/null 2>&1 || trap 'ci/engine.sh stop' EXIT
ci/engine.sh start

bundle=/etc/ssl/certs/ca-certificates.crt # the builds trust what this machine trusts
if [ -z "${BUILD_CA_BUNDLE-}" ] && [ -e "$bundle" ]; then export BUILD_CA_BUNDLE=$bundle; fi

ci/uv run --locked --all-packages --all-extras pytest -n 3 tests/deploy "$@"
