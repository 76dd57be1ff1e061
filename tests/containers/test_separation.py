"""The separation gate scans the layers of real images from `docker save`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.containers.conftest import run_docker

ROOT: Final = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.requirement("SEP-3")


def scan_image(image: str, folder: Path) -> dict[str, Any]:
    saved = folder / "image.tar"
    run_docker("save", "--output", str(saved), image)
    outcome = subprocess.run(
        [sys.executable, str(ROOT / "ci/check-separation"), "--json", str(saved)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(outcome.stdout)
    assert outcome.returncode == bool(report["findings"])
    return report


def test_image_of_the_simulator_has_several_findings(tmp_path: Path) -> None:
    findings = scan_image("token-issuer", tmp_path)["findings"]

    assert {finding["check"] for finding in findings} >= {"path", "name", "image"}


def test_production_image_is_clean(tmp_path: Path) -> None:
    report = scan_image("reference-proxy", tmp_path)

    assert report["findings"] == []
    assert report["verdict"] == "clean"


def test_file_that_a_later_layer_deletes_is_found(tmp_path: Path) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (context / "service.py").write_text("import token_issuer\n", encoding="utf-8")
    (context / "Dockerfile").write_text(
        "FROM reference-proxy\nUSER 0\nCOPY service.py /opt/service.py\n"
        'RUN ["python3", "-c", "import os; os.remove(\'/opt/service.py\')"]\n'
        "ENV JWT_JWKS_URI=http://127.0.0.1:8081/certs\n",
        encoding="utf-8",
    )
    tag = "separation-test"
    run_docker("build", "--quiet", "--tag", tag, str(context))
    try:
        findings = scan_image(tag, tmp_path)["findings"]
    finally:
        run_docker("rmi", "--force", tag)

    assert any(
        finding["check"] == "module" and finding["path"].endswith("!opt/service.py")
        for finding in findings
    )
    assert any(finding["check"] == "settings" for finding in findings)
