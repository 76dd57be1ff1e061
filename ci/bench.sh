#!/usr/bin/env bash
# Measure the issuer, the guard and the verifier beside the physical limit and the peers, and write
# docs/benchmarks.*; with --quick see in two minutes that all of it works, and write nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

unset PYTHONDONTWRITEBYTECODE # what starts is compiled once, as everywhere by default
ci/uv sync --quiet --locked --no-dev --compile-bytecode --project packages/dev-only/token-issuer
exec ci/uv run --quiet --locked --project benchmarks python -m benchmarks "$@"
