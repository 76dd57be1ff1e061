"""The policy for the cluster as a `ValidatingPolicy` of Kyverno, with the same expressions."""

from typing import Final

_HEAD: Final = """\
# Refuses the dev-only token issuer in production namespaces, like kubernetes.yaml, in clusters with
# Kyverno 1.17 or newer. See README.md. Written by `ci/policy --write` from kubernetes.yaml.
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: never-ship-dev-only
spec:
  validationActions: [Deny]
  autogen: {podControllers: {controllers: []}} # the expressions read pods and their controllers
"""
_START: Final = "  failurePolicy: Fail\n"
_CONSTRAINTS: Final = "  matchConstraints:\n"
_SELECTOR: Final = "    namespaceSelector:\n"


def render_kyverno(kubernetes: str) -> str:
    """Return the policy for Kyverno.

    Args:
        kubernetes: The policy for the cluster and its binding, with their regions.
    """
    policy, _, binding = kubernetes.partition("\n---\n")
    body = policy[policy.index(_START) :]
    selector = binding[binding.index(_SELECTOR) :]
    lines = body.replace(_CONSTRAINTS, _CONSTRAINTS + selector.rstrip("\n") + "\n").splitlines()
    kept = (line for line in lines if not line.lstrip().startswith("# ci/policy:"))
    return _HEAD + "\n".join(kept) + "\n"
