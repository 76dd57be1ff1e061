"""The commands of the guide do what it says, with another name and a free port."""

import os
import re
import subprocess

import pytest

from tests.docs.pages import find_blocks
from tests.services import find_free_port
from tests.swarm.stack import ROOT, Stack


@pytest.mark.requirement("OPS-8", "OPS-6")
@pytest.mark.timeout(900)
def test_session_of_the_guide_runs_as_shown() -> None:
    stack, port = Stack(), str(find_free_port())
    text = "".join(block.text for block in find_blocks("sh", "swarm"))
    session = re.sub(r"(?<!/)\btoken-issuer(?!/)", stack.name, text).replace("8081", port)
    clean_up = f"trap 'docker stack rm {stack.name}; docker secret rm {stack.name}' ERR\n"

    outcome = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", clean_up + session],
        cwd=ROOT,
        env={**os.environ, "ISSUER_PORT": port, "ISSUER_SECRET": stack.name},
        capture_output=True, text=True, timeout=800, check=False,
    )  # fmt: skip

    assert outcome.returncode == 0, f"{outcome.stdout}\n{outcome.stderr}"
    assert outcome.stdout.count('"access_token"') == 2
