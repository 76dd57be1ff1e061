#!/usr/bin/env bash
# All tests that need no Docker engine, with branch coverage over every package and subprocess.
set -euo pipefail
cd "$(dirname "$0")/.."

issuer=packages/dev-only/token-issuer
coverage_dir=$PWD/.cache/coverage
rm -rf "$coverage_dir"
mkdir -p "$coverage_dir"
export COVERAGE_FILE=$coverage_dir/data

# The JavaScript verifiers need Node and npm: the machine's own, else those that PyPI carries.
node=()
command -v npm >/dev/null || node=(--group node)
sync=(--locked --all-packages --all-extras "${node[@]}")

ci/uv sync --quiet --locked --project "$issuer" # the end-to-end tests start the issuer from here
ci/uv run "${sync[@]}" coverage run -m pytest "$@"
ci/uv run --locked --project "$issuer" coverage run -m pytest -c pyproject.toml --rootdir . "$issuer/tests" "$@"
ci/uv run "${sync[@]}" coverage combine --quiet
ci/uv run "${sync[@]}" coverage report --fail-under=95
