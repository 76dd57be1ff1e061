# shellcheck shell=bash
# Sourced by scripts that build a program as one file: sets `python` to a Python 3.11 or newer.
python=$(command -v python3)
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  python=$(ci/uv python find --no-project '>=3.11')
