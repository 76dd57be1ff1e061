"""Production workflows do not refer to the simulator's, and each workflow has few permissions."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.publishing.calls import ROOT, SCAN, WORKFLOWS, follow_calls

pytestmark = pytest.mark.requirement("OPS-7", "SEP-4")

PRODUCTION: Final = (
    f"{WORKFLOWS}/production.yml", f"{WORKFLOWS}/release.yml", "ci/prod.sh", "ci/release.sh",
)  # fmt: skip
SIMULATOR: Final = f"{WORKFLOWS}/simulator-image.yml"
FORBIDDEN: Final = re.compile(
    r"/dev-only|dev-only/|Dockerfile\.dev|token[-_.]?issuer|simulator-image|publish-simulator"
    r"|docker-compose\.ya?ml"
)
ALLOWED: Final = {
    # Keeps the simulator out of the build context.
    "examples/proxy/Dockerfile.dockerignore": ["packages/dev-only"],
}
FOLLOWED: Final = follow_calls(*PRODUCTION)
PIN: Final = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def read_workflow(name: str) -> dict[str, Any]:
    document = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    document["on"] = document.pop(True)  # YAML 1.1 reads the key `on` as a boolean
    workflow: dict[str, Any] = document
    return workflow


def list_steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def test_production_builds_follow_all_their_calls() -> None:
    called = {"ci/build.sh", "ci/engine.sh", "ci/uv", "ci/version", "examples/proxy/Dockerfile"}
    assert FOLLOWED.keys() > {*PRODUCTION, *called}
    assert SCAN in FOLLOWED["ci/prod.sh"]
    assert SCAN in FOLLOWED["ci/release.sh"]


@pytest.mark.parametrize("name", sorted(FOLLOWED))
def test_production_build_does_not_reference_the_simulator(name: str) -> None:
    found = [line for line in FOLLOWED[name].splitlines() if FORBIDDEN.search(line)]

    assert found == ALLOWED.get(name, [])


def test_call_that_is_hidden_in_a_called_script_is_found() -> None:
    """The same walk from the simulator's workflow arrives at its Dockerfile."""
    followed = follow_calls(SIMULATOR)

    assert followed.keys() >= {
        "ci/publish-simulator.sh",
        "packages/dev-only/token-issuer/Dockerfile.dev",
    }
    assert all(FORBIDDEN.search(followed[name]) for name in (SIMULATOR, "ci/publish-simulator.sh"))


def test_workflow_of_the_simulator_is_started_by_hand_only() -> None:
    assert list(read_workflow(SIMULATOR)["on"]) == ["workflow_dispatch"]


def test_workflow_of_the_simulator_reaches_no_production() -> None:
    workflow = read_workflow(SIMULATOR)

    assert workflow["permissions"] == {}
    assert not [job for job in workflow["jobs"].values() if "environment" in job]
    assert "secrets." not in (ROOT / SIMULATOR).read_text(encoding="utf-8")
    assert not [step for step in list_steps(workflow) if "pypi" in step.get("uses", "")]


def test_only_the_job_that_uploads_to_the_index_can_identify_itself() -> None:
    workflow = read_workflow(f"{WORKFLOWS}/release.yml")
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]

    assert workflow["permissions"] == {}
    assert workflow["on"] == {"push": {"tags": ["v*"]}}
    assert build["permissions"] == {"contents": "read"}
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"] == "pypi"
    # It runs no code of the repository.
    assert [step.get("uses", "").partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact", "pypa/gh-action-pypi-publish",
    ]  # fmt: skip


def test_job_that_signs_the_image_runs_no_code_of_the_repository() -> None:
    jobs = read_workflow(SIMULATOR)["jobs"]

    assert "id-token" not in jobs["push"]["permissions"]
    assert not [
        step
        for step in jobs["attest"]["steps"]
        if "ci/" in step.get("run", "") or "checkout" in step.get("uses", "")
    ]


@pytest.mark.parametrize(
    "path", sorted((ROOT / WORKFLOWS).glob("*.yml")), ids=lambda path: path.name
)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    steps = list_steps(read_workflow(str(path.relative_to(ROOT))))

    actions = [step["uses"] for step in steps if "uses" in step]

    assert actions
    assert all(PIN.fullmatch(action) for action in actions), actions
