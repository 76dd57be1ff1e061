# DEV-ONLY: never ship to production.
"""Paths of a key directory that are not key files."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from token_issuer.errors import KeyDirectoryError, UnsuitableFileError
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.files import make_directory
from token_issuer.keys.storage.key_pair import open_key_directory

pytestmark = pytest.mark.requirement("TI-6")

NAMES: Final = ("private.pem", "public.pem", "ring.json")
ReadWarnings = Callable[[], list[str]]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["FIFO", "directory", "device", "broken link", "loop", "huge"])
def test_unsuitable_key_file_is_rejected_and_kept(ring_dir: Path, name: str, kind: str) -> None:
    path = ring_dir / name
    path.unlink()
    expected = make_unsuitable(path, kind)
    before = sorted(os.listdir(ring_dir))  # noqa: PTH208

    with pytest.raises(UnsuitableFileError) as caught:
        DirectoryStore.open(ring_dir)

    assert str(caught.value).startswith(f"{path}: {expected}")
    assert caught.value.exit_code == 2
    assert sorted(os.listdir(ring_dir)) == before  # noqa: PTH208


def make_unsuitable(path: Path, kind: str) -> str:
    match kind:
        case "FIFO":
            os.mkfifo(path)
            return "is a FIFO (named pipe), not a file; expected a file that the token issuer wrote"
        case "directory":
            path.mkdir()
            return "is a directory, not a file"
        case "device":
            path.symlink_to("/dev/zero")
            return "is a device, not a file"
        case "broken link":
            path.symlink_to("not mounted\n")
            return r"is a symbolic link to not mounted\n, which does not exist; create or mount"
        case "loop":
            path.symlink_to(path.name)
            return "is a symbolic link that leads back to itself; remove it"
        case _:
            with path.open("wb") as file:
                file.truncate(1024**4)
            return "is larger than"


@pytest.mark.parametrize("name", NAMES)
def test_link_to_a_key_file_elsewhere_is_followed(
    ring_dir: Path, tmp_path: Path, name: str
) -> None:
    (ring_dir / name).rename(tmp_path / name)
    (ring_dir / name).symlink_to(tmp_path / name)

    assert [key.kid for key in DirectoryStore.open(ring_dir).ring.keys] == ["dev-key", "dev-key-2"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("FIFO", "is not a directory"),
        ("device", "is not a directory"),
        ("huge", "is not a directory"),
        ("broken link", "is a symbolic link to not mounted"),
        ("loop", "leads back to itself"),
    ],
)
def test_unsuitable_directory_is_rejected(keys_dir: Path, kind: str, expected: str) -> None:
    make_unsuitable(keys_dir, kind)

    with pytest.raises(UnsuitableFileError, match=expected):
        make_directory(keys_dir)


def test_path_with_a_line_break_is_shown_in_one_line(tmp_path: Path) -> None:
    directory = tmp_path / "keys\nof alice\udcff"
    (directory / "private.pem").mkdir(parents=True)

    with pytest.raises(KeyDirectoryError, match=r"keys\\nof alice\\udcff/private\.pem: is a"):
        open_key_directory(directory)


def test_fifo_that_replaces_the_ring_of_a_running_process_is_logged_once(
    ring_dir: Path, read_warnings: ReadWarnings
) -> None:
    store = DirectoryStore.open(ring_dir)
    (ring_dir / "ring.json").unlink()
    os.mkfifo(ring_dir / "ring.json")

    for _ in range(3):
        store.synchronise()

    assert [key.kid for key in store.ring.keys] == ["dev-key", "dev-key-2"]
    (warning,) = read_warnings()
    assert "the keys stay as they are" in warning
    assert "ring.json: is a FIFO" in warning


def test_ring_that_grows_without_end_is_logged_once(
    ring_dir: Path, read_warnings: ReadWarnings
) -> None:
    store = DirectoryStore.open(ring_dir)
    good = (ring_dir / "ring.json").read_bytes()

    for size in (2**40, 2**40 + 1, 2**40 + 2):
        os.truncate(ring_dir / "ring.json", size)
        store.synchronise()
    (warning,) = read_warnings()
    (ring_dir / "ring.json").write_bytes(good)
    store.synchronise()
    os.truncate(ring_dir / "ring.json", 2**40)
    store.synchronise()

    assert "ring.json: is larger than 16384 KiB" in warning
    assert read_warnings() == [warning, warning]
