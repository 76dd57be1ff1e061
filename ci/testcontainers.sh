#!/usr/bin/env bash
# Run the examples of docs/guides/testcontainers.md, for Python, Node, Java and Go, with a real Docker
# engine. Needs Go, a JDK and Maven; npm comes from PyPI if the machine has none. Starts an engine if
# none is running. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

docker info >/dev/null 2>&1 || trap 'ci/engine.sh stop' EXIT
ci/engine.sh start
docker image inspect token-issuer >/dev/null 2>&1 || ci/images.sh native

node=()
command -v npm >/dev/null || node=(--group node)

ci/uv run --locked --all-packages --all-extras "${node[@]}" pytest -n 4 tests/testcontainers "$@"
