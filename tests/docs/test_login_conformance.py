"""The page of what a login must do says what the tests say, and a page that does not is noticed."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import ROOT

PAGE: Final = ROOT / "docs/reference/login-conformance.md"

pytestmark = pytest.mark.requirement("LG-1", "OPS-6")


def run_generator(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "ci/login-conformance", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_page_is_current() -> None:
    result = run_generator()

    assert result.returncode == 0, result.stderr


def test_stale_page_is_noticed_and_brought_up_to_date(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text().replace("| passes |", "| fails |", 1))

    stale = run_generator("--page", str(page))
    assert stale.returncode == 1
    assert "run ci/login-conformance --write" in stale.stderr
    assert run_generator("--page", str(page), "--write").returncode == 0
    assert page.read_text() == PAGE.read_text()


def test_missing_page_is_no_stack_trace(tmp_path: Path) -> None:
    result = run_generator("--page", str(tmp_path / "nope.md"))

    assert result.returncode == 2
    assert "nope.md" in result.stderr
    assert "Traceback" not in result.stderr
