"""The compose session of the README has the output that its comments describe."""

import os
import re
import subprocess

import pytest

from tests.containers.conftest import PROJECT, ROOT


@pytest.mark.requirement("OPS-2", "OPS-6")
def test_stack_session_of_the_readme_runs_as_shown() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh stack\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    outcome = subprocess.run(
        ["bash", "-euc", "trap 'docker compose down' EXIT\n" + "".join(blocks)],
        cwd=ROOT,
        env={**os.environ, "COMPOSE_PROJECT_NAME": PROJECT},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stderr
    assert '["x-verified-subject", "alice"]' in outcome.stdout
    assert outcome.stdout.splitlines()[1:] == ["200", "exit status 1"]
    assert "proxy-guard: REFUSED" in outcome.stderr
