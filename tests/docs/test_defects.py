"""The page of defects says what the catalogue says, and a page that does not is noticed."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs/defects.md"

pytestmark = pytest.mark.requirement("BV-1")


def run_generator(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "ci/defects", *arguments], capture_output=True, text=True, timeout=100, check=False
    )


def test_page_is_current() -> None:
    result = run_generator()

    assert result.returncode == 0, result.stderr


def test_stale_page_is_noticed_and_brought_up_to_date(tmp_path: Path) -> None:
    page = tmp_path / "defects.md"
    page.write_text(PAGE.read_text().replace("refuse, critical", "refuse, low", 1))

    stale = run_generator("--page", str(page))
    assert stale.returncode == 1
    assert "run ci/defects --write" in stale.stderr
    assert run_generator("--page", str(page), "--write").returncode == 0
    assert page.read_text() == PAGE.read_text()


def test_missing_page_is_no_stack_trace(tmp_path: Path) -> None:
    result = run_generator("--page", str(tmp_path / "nope.md"))

    assert result.returncode == 2
    assert "nope.md" in result.stderr
    assert "Traceback" not in result.stderr


def test_links_within_the_page_lead_somewhere() -> None:
    page = PAGE.read_text()
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors
