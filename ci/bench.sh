#!/usr/bin/env bash
# Measure the issuer, the guard and the verifier, the physical limit and the peers, and write
# docs/benchmarks.*; with --quick, check in two minutes that everything works, and write nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

unset PYTHONDONTWRITEBYTECODE # compile bytecode once, as is the default elsewhere
ci/uv sync --quiet --locked --no-dev --compile-bytecode --project packages/dev-only/token-issuer
exec ci/uv run --quiet --locked --project benchmarks python -m benchmarks "$@"
