# DEV-ONLY: never ship to production.
"""The files of the console: marked, and without a URL of another origin."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.requirement("TI-13")

STATIC: Final = Path(str(files("token_issuer.web.console"))) / "static"
FILES: Final = sorted(path for path in STATIC.rglob("*") if path.is_file())
XML_NAMESPACE: Final = "http://www.w3.org/2000/svg"
NAMES: Final = [str(path.relative_to(STATIC)) for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_file_is_marked_at_its_beginning(path: Path) -> None:
    assert "DEV-ONLY: never ship to production." in path.read_text(encoding="utf-8")[:200]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_file_loads_nothing_from_another_origin(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(XML_NAMESPACE, "")

    assert re.findall(r"""(?:src=|href=|url\(|import |from |fetch\()\W*https?://""", text) == []
