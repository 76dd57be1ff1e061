#!/usr/bin/env bash
# The step of the action: its inputs are in the environment, so no shell parses them.
set -euo pipefail

[[ $FAIL = true || $FAIL = false ]] || { echo "fail: expected true or false, got '$FAIL'" >&2; exit 2; }
command=(python3 "$(dirname "$0")/../../check-separation")
[ -z "$CERTIFICATE" ] || command+=("--certificate=$CERTIFICATE")
[ -z "$STATEMENT" ] || command+=("--statement=$STATEMENT")
[ -z "$SARIF" ] || command+=("--sarif=$SARIF")
command+=(--)
while IFS= read -r path; do
  [ -z "$path" ] || command+=("$path")
done <<<"$SHIPPED"

code=0
"${command[@]}" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
[[ $code -eq 1 && $FAIL = false ]] || exit "$code"
