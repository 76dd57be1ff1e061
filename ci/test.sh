#!/usr/bin/env bash
# Run the tests that need no Docker engine, in parallel: first those of the workspace, then those of
# the simulator in its own environment.
#
#   ci/test.sh                    all but the slow tests
#   ci/test.sh --all              all tests, with branch coverage of every package and subprocess
#   ci/test.sh PATH... -k NAME    a selection by pytest arguments; paths are relative to the root
#
# A slow test also runs if its file is named, or if -k or -m selects it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ " $* " = *" --help "* || " $* " = *" -h "* ]]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0"
  exit
fi

unset PYTHONDONTWRITEBYTECODE # hundreds of Python processes start; bytecode makes them faster
issuer=packages/dev-only/token-issuer
run=(python -m)
if [ "$*" = --all ]; then # the coverage of a selection is not meaningful
  run=(coverage run -m)
  export COVERAGE_FILE=$PWD/.cache/coverage/data
  rm -rf .cache/coverage
  mkdir -p .cache/coverage
  ci/engine.sh install strace # with which tests refuse system calls, as some volumes do
fi
pytest=("${run[@]}" pytest -n auto --dist worksteal)

# The JavaScript verifiers need Node and npm. If the machine has none, they come from PyPI.
node=()
command -v npm >/dev/null || node=(--group node)
in_workspace() { ci/uv run --locked --all-packages --all-extras "${node[@]}" "$@"; }
in_issuer() { ci/uv run --locked --project "$issuer" "$@"; }

ci/uv sync --quiet --locked --project "$issuer" # the end-to-end tests start the issuer from this environment

status=5 # pytest's exit code if no test is selected
add_result() { # keep the first failure; a selection may contain no test of one project
  if [ "$status" -eq 5 ] || [ "$status" -eq 0 ] && [ "$1" -ne 5 ]; then status=$1; fi
}
code=0
in_workspace "${pytest[@]}" "$@" || code=$?
add_result "$code"
code=0
in_issuer "${pytest[@]}" -c pyproject.toml --rootdir . "$@" || code=$?
add_result "$code"

if [ "${run[0]}" = coverage ]; then
  in_workspace coverage combine --quiet
  in_workspace coverage report --fail-under=97 || add_result $?
fi
[ "$status" -ne 5 ] || echo "ci/test.sh: no test is selected: check the paths and -k" >&2
exit "$status"
