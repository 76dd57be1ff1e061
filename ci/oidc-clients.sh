#!/usr/bin/env bash
# Test the issuer with unmodified OpenID Connect clients for Node, Go, Java and Python: tokens, and
# whole logins. Needs Go, a JDK and Maven; npm comes from PyPI if the machine has none. Apache and
# Chromium come from Debian packages that are unpacked below .cache, so this needs Debian or Ubuntu,
# but no root. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

node=()
command -v npm >/dev/null || node=(--group node)

ci/uv sync --quiet --locked --project packages/dev-only/token-issuer # the issuer
ci/uv run --locked --all-packages --all-extras "${node[@]}" pytest \
  tests/oidc_clients tests/login_clients "$@"
