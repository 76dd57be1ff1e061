# DEV-ONLY: never ship to production.
"""Report files: written whole or not at all, and found out before the work begins."""

import os
import stat
from pathlib import Path

import pytest
from token_issuer.cli.report_files import ReportFile
from token_issuer.errors import OutputError

pytestmark = pytest.mark.requirement("BV-3")


def test_file_appears_whole_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "probe.xml"
    path.write_text("old")
    file = ReportFile("--junit", path)

    with file.reserved():
        assert path.read_text() == "old"
        file.write("new")

    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["probe.xml"]  # noqa: PTH208  # names are all that matters


def test_nothing_is_left_behind_where_nothing_was_written(tmp_path: Path) -> None:
    path = tmp_path / "probe.xml"

    with pytest.raises(KeyboardInterrupt), ReportFile("--junit", path).reserved():
        raise KeyboardInterrupt

    assert not list(tmp_path.iterdir())


def test_mode_is_that_of_any_new_file(tmp_path: Path) -> None:
    path, other = tmp_path / "probe.html", tmp_path / "other"
    other.touch()
    file = ReportFile("--html", path)

    with file.reserved():
        file.write("x")

    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_link_and_device_stay_what_they_are(tmp_path: Path) -> None:
    link, linked = tmp_path / "link", tmp_path / "linked"
    link.symlink_to(linked)
    for file in (ReportFile("--html", link), ReportFile("--html", Path(os.devnull))):
        with file.reserved():
            file.write("x")

    assert link.is_symlink()
    assert linked.read_text() == "x"
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("name", ["missing/probe.xml", "."])
def test_what_cannot_be_written_is_found_out_first(tmp_path: Path, name: str) -> None:
    file = ReportFile("--junit", tmp_path / name)

    with pytest.raises(OutputError, match=r"^--junit .*cannot be written: "), file.reserved():
        pytest.fail("the work began")
