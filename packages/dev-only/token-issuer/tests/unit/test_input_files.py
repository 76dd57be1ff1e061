# DEV-ONLY: never ship to production.
"""Files that a user names: regular files and pipes are read, other paths are rejected at once."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from token_issuer.input_files import MAX_TEXT_BYTES, read_regular_file, read_text_input

pytestmark = pytest.mark.requirement("TI-6", "TI-9")


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def link_to_fifo(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


NO_FILES: Final[dict[str, tuple[Callable[[Path], None], str]]] = {
    "FIFO": (os.mkfifo, "a FIFO (named pipe), not a file"),
    "link to a FIFO": (link_to_fifo, "a FIFO (named pipe), not a file"),
    "directory": (Path.mkdir, "a directory, not a file"),
    "socket": (make_socket, "a socket, not a file"),
}


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize(
    "read", [lambda path: read_regular_file(path, 100), read_text_input], ids=["bytes", "text"]
)
def test_path_that_is_not_a_file_is_rejected_without_waiting(
    tmp_path: Path, kind: str, read: Callable[[Path], object]
) -> None:
    make, message = NO_FILES[kind]
    path = tmp_path / "input"
    make(path)

    with pytest.raises(ValueError, match="not a file") as caught:
        read(path)

    assert str(caught.value) == message


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/ptmx"])
def test_device_is_not_a_regular_file(tmp_path: Path, device: str) -> None:
    (tmp_path / "link").symlink_to(device)

    with pytest.raises(ValueError, match="a device, not a file"):
        read_regular_file(tmp_path / "link", 100)


def test_text_may_come_from_the_null_device(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(os.devnull)

    assert read_text_input(tmp_path / "link") == ""


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/random", "/dev/full", "/dev/ptmx"])
def test_text_does_not_come_from_a_device_that_waits_or_never_ends(device: str) -> None:
    with pytest.raises(ValueError, match="a device, not a file"):
        read_text_input(Path(device))


@pytest.mark.parametrize("parts", [[], [b"<6>first line of the log"]])
def test_kernel_file_that_waits_for_data_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[bytes]
) -> None:
    path = tmp_path / "kmsg"
    path.touch()
    left = iter(parts)

    def read(descriptor: int, _: int) -> bytes:
        assert not os.get_blocking(descriptor)
        part = next(left, None)
        if part is None:
            raise BlockingIOError
        return part

    monkeypatch.setattr(os, "read", read)

    with pytest.raises(ValueError, match="a source of data that never ends, not a file"):
        read_text_input(path)


def test_text_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"\xef\xbb\xbfA=1\r\n")

    assert read_text_input(path) == "A=1\n"


def test_text_may_come_from_a_pipe_of_the_shell() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"A=1\r\n")
    os.close(writing)
    try:
        assert read_text_input(Path(f"/dev/fd/{reading}")) == "A=1\n"
    finally:
        os.close(reading)


def test_file_is_read_up_to_its_limit_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"x" * 2048)

    assert len(read_regular_file(path, 2048)) == 2048
    with pytest.raises(ValueError, match="larger than 1 KiB"):
        read_regular_file(path, 1024)


def test_sparse_file_of_a_terabyte_is_rejected_at_once(tmp_path: Path) -> None:
    path = tmp_path / "input"
    with path.open("wb") as file:
        file.truncate(1024**4)

    with pytest.raises(ValueError, match="larger than 1024 KiB"):
        read_regular_file(path, MAX_TEXT_BYTES)


def test_text_that_is_not_utf_8_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_bytes(b"\xff")

    with pytest.raises(ValueError, match=r"^not UTF-8 text$"):
        read_text_input(path)


def test_fifo_that_replaces_a_file_after_the_check_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "input"
    path.touch()
    open_file = os.open

    def replace_and_open(name: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return open_file(name, flags)

    monkeypatch.setattr(os, "open", replace_and_open)

    with pytest.raises(ValueError, match="FIFO"):
        read_regular_file(path, 100)
