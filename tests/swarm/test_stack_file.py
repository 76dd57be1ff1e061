"""The stack file is refused where production is built."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.swarm.stack import ROOT, STACK_FILE, run_docker

pytestmark = pytest.mark.requirement("OPS-8", "SEP-3")


def list_checks(file: Path) -> set[str]:
    """Scan a file like a pipeline does, and return the checks that refuse it."""
    outcome = subprocess.run(
        [sys.executable, ROOT / "ci/check-separation", "--json", file],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert outcome.returncode == 1, outcome.stderr
    return {finding["check"] for finding in json.loads(outcome.stdout)["findings"]}


def test_scan_refuses_copies_of_the_files(tmp_path: Path) -> None:
    for file in STACK_FILE.parent.iterdir():
        copy = tmp_path / f"copy{file.suffix}"
        copy.write_bytes(file.read_bytes())

        assert list_checks(copy) >= {"banner", "name"}


def test_scan_refuses_what_docker_makes_of_the_stack_file(tmp_path: Path) -> None:
    rendered = run_docker(
        "stack", "config", f"--compose-file={STACK_FILE}",
        ISSUER_IMAGE="registry.example/auth", HAPROXY_IMAGE="registry.example/front",
    )  # fmt: skip
    deployed = tmp_path / "deployed.yaml"
    deployed.write_text(rendered.replace("token-issuer", "auth"), encoding="utf-8")

    assert "settings" in list_checks(deployed)
