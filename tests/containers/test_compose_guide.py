"""The session of the compose guide does what its comments say."""

import os
import subprocess

import pytest

from tests.containers.conftest import PROJECT, ROOT
from tests.docs.pages import find_blocks


@pytest.mark.requirement("OPS-2", "OPS-6")
def test_session_of_the_guide_runs_as_shown() -> None:
    session = "".join(block.text for block in find_blocks("sh", "stack"))

    outcome = subprocess.run(
        ["bash", "-euc", "trap 'docker compose down' EXIT\n" + session],
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
