"""The Python tools in `ci/` reject wrong usage with exit code 2."""

import subprocess

import pytest

from tests.selection import ROOT
from tests.services import read_untraced_environ

pytestmark = pytest.mark.requirement("DX-1")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=read_untraced_environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "tool", ["ci/defects", "ci/login-conformance", "ci/policy", "ci/traceability"]
)
def test_unknown_option_gets_a_suggestion(tool: str) -> None:
    outcome = run(tool, "--wriet")

    assert outcome.returncode == 2
    assert outcome.stderr.endswith("unrecognized arguments: --wriet (did you mean --write?)\n")


@pytest.mark.parametrize("arguments", [["--nonsense"], ["lint"]])
def test_steps_run_nothing_if_an_argument_is_wrong(arguments: list[str]) -> None:
    outcome = run("ci/steps", *arguments)

    assert outcome.returncode == 2
    assert outcome.stderr.endswith(f"unrecognized arguments: {arguments[0]}\n")
    assert outcome.stdout == ""
