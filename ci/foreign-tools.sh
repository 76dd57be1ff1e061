#!/usr/bin/env bash
# Run third-party tools on the policies, the rules and the statement of this repository: gitleaks,
# trufflehog, Kyverno, conftest and cosign. They are Go modules that take up to half an hour each to
# build on two cores, so this is not part of .ci/run. Needs Go 1.26 and 10 GB; later runs use what is
# in .cache/foreign-tools.
#
#   ci/foreign-tools.sh                 all tools
#   ci/foreign-tools.sh TOOL...         a selection
#   ci/foreign-tools.sh --write [TOOL]  also update the table in policy/README.md
set -euo pipefail
cd "$(dirname "$0")/.."

ci/uv sync --quiet --locked --project packages/dev-only/token-issuer # the issuer
ci/uv run --locked --all-packages --all-extras python -m tests.foreign_tools "$@"
