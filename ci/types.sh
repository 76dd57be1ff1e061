#!/usr/bin/env bash
# mypy strict over sources and tests, each project with its own dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."

issuer=packages/dev-only/token-issuer
ci/uv run --locked --all-packages --all-extras mypy packages/jwt-core packages/proxy-guard examples/proxy tests ci
ci/uv run --locked --project "$issuer" mypy --config-file pyproject.toml "$issuer/src" "$issuer/tests"
