"""Pod Security Admission: its own evaluator allows the pods at the level `restricted`."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.kubernetes.conftest import find_container
from tests.kubernetes.tools import Manifest, Tools

pytestmark = pytest.mark.requirement("OPS-8")


def test_namespace_enforces_the_restricted_level(namespace: Manifest) -> None:
    labels = namespace["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_restricted_level_allows_the_pods(tools: Tools, deployment: Manifest) -> None:
    assert tools.judge(deployment) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda pod: pod["securityContext"].pop("runAsNonRoot"), "runAsNonRoot != true"),
        (lambda pod: pod["securityContext"].pop("seccompProfile"), "seccompProfile"),
        (lambda pod: pod["securityContext"].update(runAsUser=0), "runAsUser=0"),
        (lambda pod: pod["containers"][0]["securityContext"].pop("capabilities"), "capabilities"),
        (
            lambda pod: pod["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
            "allowPrivilegeEscalation",
        ),
    ],
    ids=["root", "seccomp", "uid", "capabilities", "escalation"],
)
def test_restricted_level_needs_each_setting(
    tools: Tools,
    deployment: Manifest,
    change: Callable[[dict[str, Any]], object],
    reason: str,
) -> None:
    changed = copy.deepcopy(dict(deployment))
    change(changed["spec"]["template"]["spec"])

    (refusal,) = tools.judge(changed)

    assert reason in refusal


def test_container_cannot_write_and_has_no_token_of_the_api_server(deployment: Manifest) -> None:
    pod = deployment["spec"]["template"]["spec"]

    assert find_container(deployment)["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
