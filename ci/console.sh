#!/usr/bin/env bash
# Check the console of the issuer: format, lint rules and types of its JavaScript, its CSS and its HTML;
# then the console and the login pages in Chromium.
#
#   ci/console.sh            all of it; options such as -k NAME go to pytest
#   ci/console.sh --static   the checks of the files alone
#   ci/console.sh --fix      format the files, and correct what has a safe correction
#   ci/console.sh --pictures take the pictures of the console in docs/guides
#   ci/console.sh PATH...    these tests alone, by arguments of pytest
#
# Biome, TypeScript and the driver of Chromium come from npm, in the versions of the lock files. If the
# machine has no npm, it comes from PyPI. If it has no Chromium, that comes from Debian packages that
# are unpacked below .cache, which needs Debian or Ubuntu, but no root.
set -euo pipefail
cd "$(dirname "$0")/.."

issuer=packages/dev-only/token-issuer
files=$issuer/src/token_issuer/web/console/static
types=.cache/console

node=()
command -v npm >/dev/null || node=(--group node)
run() { ci/uv run --locked --all-packages --all-extras "${node[@]}" "$@"; }
tool() { run "ci/console/node_modules/.bin/$1" "${@:2}"; }

install_tools() { run npm ci --prefix ci/console --silent --no-audit --no-fund; }

# The types of the API's messages, as `Schema<"KeyList">`, come from the document that the issuer serves.
write_types() {
  mkdir -p "$types"
  ci/uv run --locked --project "$issuer" python - "$types/openapi.json" <<'PYTHON'
import sys
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from token_issuer import run_token_issuer

with run_token_issuer() as issuer:
    document = build_opener(ProxyHandler({})).open(f"{issuer.url}/openapi.json").read()
Path(sys.argv[1]).write_bytes(document)
PYTHON
  tool openapi-typescript "$types/openapi.json" --output "$types/api.d.ts" --default-non-nullable false >/dev/null
}

# A third of the size, without a visible difference: 64 colours. The plots of the benchmarks bring Pillow.
shrink_pictures() {
  ci/uv run --quiet --locked --project benchmarks python - docs/guides/console-*.png <<'PYTHON'
import sys

from PIL import Image

for path in sys.argv[1:]:
    Image.open(path).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
PYTHON
}

check_files() {
  tool biome check --config-path=ci/console --error-on-warnings "$files"
  write_types
  tool tsc --project ci/console
}

case "${1-}" in
  --help | -h)
    sed -n '2,13s/^# \{0,1\}//p' "$0"
    exit
    ;;
  --fix)
    install_tools
    tool biome check --config-path=ci/console --write "$files"
    exit
    ;;
esac

ci/uv sync --quiet --locked --project "$issuer"
case "${1-}" in
  --static)
    install_tools
    check_files
    ;;
  --pictures)
    run python -m tests.console.pictures
    shrink_pictures
    ;;
  "" | -*)
    install_tools
    check_files
    run pytest tests/login_pages tests/console "$@"
    ;;
  *) run pytest "$@" ;;
esac
