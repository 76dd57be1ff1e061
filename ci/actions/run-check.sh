# shellcheck shell=bash
# Sourced by the steps of the actions, whose inputs are in the environment, so no shell parses them.

[[ $FAIL = true || $FAIL = false ]] || { echo "fail: expected true or false, got '$FAIL'" >&2; exit 2; }

# run_check PATHS COMMAND...: call the command with the paths, one in each line, and exit like it, or
# with 0 for findings that must not fail the job.
run_check() {
  local path code=0 command=("${@:2}" --)
  while IFS= read -r path; do
    [ -z "$path" ] || command+=("$path")
  done <<<"$1"
  "${command[@]}" || code=$?
  echo "exit-code=$code" >>"$GITHUB_OUTPUT"
  [[ $code -eq 1 && $FAIL = false ]] || exit "$code"
}
