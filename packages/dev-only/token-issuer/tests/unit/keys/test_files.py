# DEV-ONLY: never ship to production.
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from token_issuer.errors import KeyDirectoryError
from token_issuer.keys.storage.files import make_directory, write_file

pytestmark = pytest.mark.requirement("TI-6")


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_file_is_written_with_exactly_the_mode(tmp_path: Path, mode: int) -> None:
    umask = os.umask(0o077)
    try:
        write_file(tmp_path / "key", b"text", mode=mode)
    finally:
        os.umask(umask)
    assert (tmp_path / "key").read_bytes() == b"text"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == mode


def test_existing_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"a much longer old text")
    with path.open("rb") as old_reader:
        write_file(path, b"new", mode=0o600)
        assert old_reader.read() == b"a much longer old text"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["key"]  # noqa: PTH208  # names, dot files too


def _use_missing_directory(tmp_path: Path) -> Path:
    return tmp_path / "missing" / "key"


def _use_file_as_directory(tmp_path: Path) -> Path:
    (tmp_path / "file").touch()
    return tmp_path / "file" / "key"


def _use_directory_as_target(tmp_path: Path) -> Path:
    (tmp_path / "key").mkdir()
    return tmp_path / "key"


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (_use_missing_directory, "does not exist"),
        (_use_file_as_directory, "is not a directory"),
        (_use_directory_as_target, "is a directory, not a file; move it away"),
    ],
)
def test_unwritable_target_is_a_clear_error_and_leaves_nothing(
    tmp_path: Path, prepare: Callable[[Path], Path], expected: str
) -> None:
    path = prepare(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(KeyDirectoryError, match=expected) as caught:
        write_file(path, b"text", mode=0o600)
    assert caught.value.path == path
    assert str(path) in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.requirement("TI-6")
def test_directory_that_a_file_system_cannot_hold_is_a_clear_error() -> None:
    path = Path("/proc/none/keys")

    with pytest.raises(KeyDirectoryError) as caught:
        make_directory(path)

    remedy = "cannot be created on this file system; choose another directory"
    assert str(caught.value) == f"{path}: {remedy}"
