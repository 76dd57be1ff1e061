#!/usr/bin/env bash
# Probe verifiers of other projects, and compare the findings with docs/verifiers.md. With
# --write [VERIFIER ...], update that page. Apache and HAProxy come from Debian packages that are
# unpacked below .cache, so this needs Debian or Ubuntu, but no root.
set -euo pipefail
cd "$(dirname "$0")/.."

node=()
command -v npm >/dev/null || node=(--group node)
run() { ci/uv run --locked --all-packages --all-extras "${node[@]}" "$@"; }

ci/uv sync --quiet --locked --project packages/dev-only/token-issuer # the issuer and the probe
if [ "${1-}" = --write ]; then
  shift
  run python -m tests.verifiers "$@"
else
  run pytest tests/verifiers "$@"
fi
