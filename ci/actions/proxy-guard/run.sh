#!/usr/bin/env bash
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=ci/actions/run-check.sh
. "$here/../run-check.sh"

command=(python3 "$here/../../check-env-files")
[ -z "$SARIF" ] || command+=("--sarif=$SARIF")
run_check "$ENV_FILES" "${command[@]}"
