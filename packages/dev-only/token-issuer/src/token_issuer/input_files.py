# DEV-ONLY: never ship to production.
"""Reading of small files that a user names, without waiting for FIFOs and devices.

Opening a FIFO waits for a writer, and reading a device, or a file of the kernel such as
`/proc/kmsg`, may never end.
"""

import io
import os
import stat
from pathlib import Path
from typing import Final

MAX_TEXT_BYTES: Final = 1024 * 1024
_BLOCK_BYTES: Final = 64 * 1024
_STREAMS: Final = ("/dev/stdin", "/dev/fd", "/proc/self/fd")
"""Paths of standard input and of the pipes of `<(command)`, which already have a writer."""
_KINDS: Final = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO (named pipe)",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def read_regular_file(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file; follow symbolic links to it.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a regular file, or larger than *max_bytes*. The message
            describes the path, such as "a FIFO (named pipe), not a file".
    """
    return _read(path, max_bytes, {stat.S_IFREG})


def read_text_input(path: Path) -> str:
    """Return the text of a file, of `/dev/null`, of standard input, or of a pipe of the shell.

    The text may have up to 1 MiB in UTF-8, with or without a byte order mark. A named FIFO is
    rejected.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is a directory, a FIFO, a socket or another device, too large, or not
            UTF-8. The message describes the path, as that of `read_regular_file`.
    """
    accepted = {stat.S_IFREG}
    if any(path.is_relative_to(stream) for stream in _STREAMS):
        accepted |= {stat.S_IFIFO, stat.S_IFCHR}  # the latter is a terminal
    elif _is_null_device(path.stat()):
        return ""
    data = _read(path, MAX_TEXT_BYTES, accepted)
    try:
        return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig").read()
    except UnicodeDecodeError as error:
        message = "not UTF-8 text"
        raise ValueError(message) from error


def _read(path: Path, max_bytes: int, accepted: set[int]) -> bytes:
    _check_kind(
        path.stat(), accepted
    )  # before opening, because opening a device may have an effect
    # O_NONBLOCK: do not wait for a FIFO that has replaced the file since the check.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _check_kind(os.fstat(descriptor), accepted)
        if stat.S_IFIFO in accepted:  # wait for the command or the user that writes
            os.set_blocking(descriptor, True)
        return _read_to_end(descriptor, max_bytes)
    finally:
        os.close(descriptor)


def _read_to_end(descriptor: int, max_bytes: int) -> bytes:
    data = bytearray()
    try:
        while part := os.read(descriptor, _BLOCK_BYTES):
            data += part
            if len(data) > max_bytes:
                message = f"larger than {max_bytes // 1024} KiB"
                raise ValueError(message)
    except BlockingIOError as error:
        message = "a source of data that never ends, not a file"
        raise ValueError(message) from error
    return bytes(data)


def _is_null_device(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == Path(os.devnull).stat().st_rdev


def _check_kind(status: os.stat_result, accepted: set[int]) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind not in accepted:
        message = f"{_KINDS.get(kind, 'a path of unknown type')}, not a file"
        raise ValueError(message)
