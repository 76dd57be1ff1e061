#!/usr/bin/env bash
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=ci/actions/run-check.sh
. "$here/../run-check.sh"

command=(python3 "$here/../../check-separation")
[ -z "$CERTIFICATE" ] || command+=("--certificate=$CERTIFICATE")
[ -z "$STATEMENT" ] || command+=("--statement=$STATEMENT")
[ -z "$SARIF" ] || command+=("--sarif=$SARIF")
run_check "$SHIPPED" "${command[@]}"
