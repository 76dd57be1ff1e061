# DEV-ONLY: never ship to production.
"""Reading of small files that a user names, without waiting for one that is not a file.

Opening a FIFO waits for a writer, and reading a device may never end.
"""

import io
import os
import stat
from pathlib import Path
from typing import Final

MAX_TEXT_BYTES: Final = 1024 * 1024
_STREAMS: Final = ("/dev/stdin", "/dev/fd", "/proc/self/fd")
"""Where the pipes of `<(command)` and standard input are. They already have a writer."""
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
        ValueError: it is not a regular file, or larger than *max_bytes*. The message says what
            the path is, such as "a FIFO (named pipe), not a file".
    """
    _check_kind(path.stat(), {stat.S_IFREG})
    return _read(path, max_bytes, {stat.S_IFREG})


def read_text_input(path: Path) -> str:
    """Return the text of a file, of a device such as `/dev/null`, or of a pipe of the shell.

    The text may have up to 1 MiB in UTF-8. A FIFO with a name of its own is rejected.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is a directory, a FIFO or a socket, too large, or not UTF-8. The message
            says what the path is, as that of `read_regular_file` does.
    """
    accepted = {stat.S_IFREG, stat.S_IFCHR}
    if any(path.is_relative_to(stream) for stream in _STREAMS):
        accepted.add(stat.S_IFIFO)
    _check_kind(path.stat(), accepted)
    data = _read(path, MAX_TEXT_BYTES, accepted)
    try:
        return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()
    except UnicodeDecodeError as error:
        message = "not UTF-8 text"
        raise ValueError(message) from error


def _read(path: Path, max_bytes: int, accepted: set[int]) -> bytes:
    # O_NONBLOCK: a FIFO that has replaced the file since the check must not be waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(descriptor, "rb") as file:
        _check_kind(os.fstat(descriptor), accepted)
        os.set_blocking(descriptor, True)
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        message = f"larger than {max_bytes // 1024} KiB"
        raise ValueError(message)
    return data


def _check_kind(status: os.stat_result, accepted: set[int]) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind not in accepted:
        message = f"{_KINDS.get(kind, 'something unknown')}, not a file"
        raise ValueError(message)
