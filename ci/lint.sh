#!/usr/bin/env bash
# Formatting, lint rules, the arrows between the packages, the marks in the policies, shell scripts,
# GitHub workflows.
set -euo pipefail
cd "$(dirname "$0")/.."

run() { ci/uv run --locked --all-packages --all-extras "$@"; }

run ruff format --check .
run ruff check .
# Static analysis only: the simulator is read from its source folder, it is not installed here.
PYTHONPATH=packages/dev-only/token-issuer/src run lint-imports
ci/policy
mapfile -t scripts < <(git grep -lE '^#!.*\b(ba)?sh$' -- . ':!*.md')
run shellcheck -x "${scripts[@]}"
run actionlint
run zizmor --offline --persona=pedantic .github/workflows
