#!/usr/bin/env bash
# Probe the logins of relying parties of other projects, and compare the findings with
# docs/relying-parties.md. With --write [NAME ...], update that page; with --picture, the picture of a
# report in docs/guides/break-a-login.md. Needs Go, a JDK and Maven; npm comes from PyPI if the machine
# has none. Apache and Chromium come from Debian packages that are unpacked below .cache, so this needs
# Debian or Ubuntu, but no root. Other arguments go to pytest; --all also probes the application whose
# pages need Chromium, which takes as long as all others together.
set -euo pipefail
cd "$(dirname "$0")/.."

node=()
command -v npm >/dev/null || node=(--group node)
run() { ci/uv run --locked --all-packages --all-extras "${node[@]}" "$@"; }

ci/uv sync --quiet --locked --project packages/dev-only/token-issuer # the issuer and the probe
if [ "${1-}" = --write ]; then
  shift
  run python -m tests.relying_parties "$@"
elif [ "${1-}" = --picture ]; then
  run python -m tests.relying_parties.picture
else
  run pytest tests/relying_parties "$@"
fi
