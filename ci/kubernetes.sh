#!/usr/bin/env bash
# Check the manifests for Kubernetes: rendered by kustomize, against the API's schemas, Pod Security
# and the policies of policy/. Needs Go, which builds kustomize once into .cache. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/uv sync --quiet --locked --project packages/dev-only/token-issuer # the issuer
ci/uv run --locked --all-packages --all-extras pytest tests/kubernetes "$@"
