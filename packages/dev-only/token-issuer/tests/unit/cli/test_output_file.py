# DEV-ONLY: never ship to production.
"""Output files: written whole or not at all, and found out before the work begins."""

import contextlib
import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest
from token_issuer.cli.output.file import OutputFile
from token_issuer.errors import OutputError

pytestmark = pytest.mark.requirement("BV-3", "TI-7")


def list_names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def test_file_appears_whole_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "probe.xml"
    path.write_text("old")

    with OutputFile("--junit", path) as file:
        file.write("new, ")
        file.write("and more" * 10_000)
        assert path.read_text() == "old"

    assert path.read_text() == "new, " + "and more" * 10_000
    assert list_names(tmp_path) == ["probe.xml"]


def test_nothing_is_left_behind_of_what_was_not_finished(tmp_path: Path) -> None:
    def write_half() -> None:
        with OutputFile("--junit", tmp_path / "probe.xml") as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert list_names(tmp_path) == []


def test_unfinished_file_can_be_discarded_at_any_moment(tmp_path: Path) -> None:
    file = OutputFile("--junit", tmp_path / "probe.xml")

    def discard_while_writing() -> None:
        file.discard()
        with file:
            file.write("half")
            file.discard()

    with pytest.raises(OutputError, match=r"cannot be written: No such file"):
        discard_while_writing()

    assert list_names(tmp_path) == []


@pytest.mark.parametrize(("number", "is_written"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_file_is_written_to_a_volume_that_cannot_synchronise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, *, is_written: bool
) -> None:
    def refuse(_: int) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    expected = contextlib.nullcontext() if is_written else pytest.raises(OutputError, match="error")

    with expected, OutputFile("--junit", tmp_path / "probe.xml") as file:
        file.write("whole")

    assert list_names(tmp_path) == ["probe.xml"] * is_written


def test_mode_is_that_of_any_new_file(tmp_path: Path) -> None:
    path, other = tmp_path / "probe.html", tmp_path / "other"
    other.touch()

    with OutputFile("--html", path) as file:
        file.write("x")

    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_link_and_device_stay_what_they_are(tmp_path: Path) -> None:
    link, linked = tmp_path / "link", tmp_path / "linked"
    link.symlink_to(linked)
    for path in (link, Path(os.devnull)):
        with OutputFile("--html", path) as file:
            file.write("x")

    assert link.is_symlink()
    assert linked.read_text() == "x"
    assert Path(os.devnull).is_char_device()


def test_pipe_gets_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    with ThreadPoolExecutor() as pool:
        read = pool.submit(path.read_text)
        with OutputFile("--output", path) as file:
            file.write("x" * 100_000)
            file.write("y")

    assert read.result() == "x" * 100_000 + "y"
    assert path.is_fifo()


def test_pipe_without_a_name_is_written_to(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with OutputFile("--output", Path(f"/dev/fd/{writing}")) as file:
        file.write("x")
    os.close(writing)

    with os.fdopen(reading) as pipe:
        assert pipe.read() == "x"
    assert list_names(tmp_path) == []


def test_full_disk_is_explained() -> None:
    with (
        pytest.raises(OutputError, match=r"^--output /dev/full: .*: No space left on device$"),
        OutputFile("--output", Path("/dev/full")) as file,
    ):
        file.write("x")


@pytest.mark.parametrize("name", ["missing/probe.xml", ".", "file/probe.xml"])
def test_what_cannot_be_written_is_found_out_first(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(OutputError, match=r"^--junit .*cannot be written: "),
        OutputFile("--junit", tmp_path / name),
    ):
        pytest.fail("the work began")
