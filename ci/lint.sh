#!/usr/bin/env bash
# Check formatting, lint rules, imports between packages, the marks in the policies, shell scripts and
# GitHub workflows.
set -euo pipefail
cd "$(dirname "$0")/.."

run() { ci/uv run --locked --all-packages --all-extras "$@"; }

run ruff format --check .
run ruff check .
# The simulator is not installed here; import-linter reads it from its source folder.
PYTHONPATH=packages/dev-only/token-issuer/src run lint-imports
ci/policy
mapfile -t scripts < <(git grep -lE '^#!.*\b(ba)?sh$' -- . ':!*.md')
run shellcheck -x "${scripts[@]}"
run actionlint
run zizmor --offline --persona=pedantic .github/workflows ci/actions/*/
