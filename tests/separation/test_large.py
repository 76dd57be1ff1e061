"""The scan raises no false alarms on large real artefacts of many kinds."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.separation.artefacts import scan
from tests.separation.large import KINDS
from tests.separation.workshop import Workshop

pytestmark = pytest.mark.requirement("SEP-3")

MIN_BYTES: Final = 4_000_000


@pytest.fixture
def workshop(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    shop = Workshop(tmp_path / "shipped", tmp_path / "scratch", tmp_path_factory)
    shop.shipped.mkdir()
    shop.scratch.mkdir()
    yield shop
    shutil.rmtree(tmp_path)  # gigabytes, which pytest would keep for three runs


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_large_artefact_is_clean(kind: str, workshop: Workshop) -> None:
    KINDS[kind](workshop)

    scanned = scan(workshop.shipped)

    assert scanned.findings == []
    assert scanned.report["unreadable"] == {}
    assert sum(entry["size"] for entry in scanned.report["artefacts"]) > MIN_BYTES
