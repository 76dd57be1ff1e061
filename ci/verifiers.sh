#!/usr/bin/env bash
# Probe third-party verifiers, and compare the findings with those in docs/verifiers.md; with --write
# [VERIFIER ...] publish them. Apache and HAProxy come from Debian's packages, unpacked below .cache:
# this needs Debian or Ubuntu, but no root.
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
