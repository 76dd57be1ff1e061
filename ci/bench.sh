#!/usr/bin/env bash
# Compare the issuer, the guard and the verifier with bare signatures and with other issuers, and
# write docs/benchmarks.*. With --quick, only check in three minutes that the benchmarks run.
set -euo pipefail
cd "$(dirname "$0")/.."

unset PYTHONDONTWRITEBYTECODE # measure with bytecode, which is the default of Python
ci/uv sync --quiet --locked --no-dev --compile-bytecode --project packages/dev-only/token-issuer
exec ci/uv run --quiet --locked --project benchmarks python -m benchmarks "$@"
