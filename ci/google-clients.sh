#!/usr/bin/env bash
# Run Google's client libraries for Python, Node, Go and Java, unmodified, under `token-issuer google`,
# and compare what they do with docs/reference/google-clients.md. With --write, update that page; this
# also needs Node 20, beside the newer Node, which comes from PyPI. Needs Go, a JDK and Maven. Other
# arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/uv sync --quiet --locked --project packages/dev-only/token-issuer # the issuer
# A separate environment: that of the workspace must not get another Node while other steps run.
# The clients for Python are installed into a third one.
run() {
  UV_PROJECT_ENVIRONMENT=.cache/google-clients/venv \
    ci/uv run --locked --all-packages --all-extras --group node env -u UV_PROJECT_ENVIRONMENT "$@"
}

if [ "${1-}" = --write ]; then
  run python -m tests.google_clients
else
  run pytest tests/google_clients "$@"
fi
