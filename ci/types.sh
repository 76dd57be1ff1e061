#!/usr/bin/env bash
# Run mypy in strict mode on sources and tests, for each package with its own dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."

check() {
  printf '%s: ' "$*"
  ci/uv run --locked --all-packages --all-extras mypy "$@"
}
check packages/bounded-http
check packages/jwt-core
check packages/proxy-guard
check examples/proxy
check tests
check ci/uv
check ci/arguments.py
check ci/sarif_log.py
check ci/check-env-files
check ci/steps
check ci/traceability
check ci/separation ci/check-separation
check ci/build-pyz
check ci/sources.py
check ci/defects
check ci/login-conformance
check ci/policies ci/policy
check ci/version

printf 'benchmarks: '
ci/uv run --locked --project benchmarks mypy --config-file pyproject.toml benchmarks

issuer=packages/dev-only/token-issuer
printf '%s: ' "$issuer"
ci/uv run --locked --project "$issuer" mypy --config-file pyproject.toml "$issuer/src" "$issuer/tests" "$issuer/hatch_build.py" "$issuer/image/assemble.py" "$issuer/image/sbom.py"
printf '%s: ' "$issuer/image/modules" # apart: its ssl stands in for the one that the tests use
ci/uv run --locked --project "$issuer" mypy --config-file pyproject.toml "$issuer/image/modules/sitecustomize.py"

for foreign in tests/verifiers/python tests/oidc_clients/python tests/google_clients/python; do
  printf '%s: ' "$foreign"
  ci/uv run --locked --project "$foreign" mypy --config-file "$foreign/pyproject.toml" "$foreign"
done
