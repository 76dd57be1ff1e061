"""Reading of files: small ones as a whole, large ones in overlapping windows."""

import io
from collections.abc import Iterator
from typing import Final

from separation.archives.limits import MEBIBYTE, BombError, LimitError
from separation.archives.members import DAMAGED

MAX_WHOLE_BYTES: Final = 8 * MEBIBYTE
"""Larger files are checked in overlapping windows of this size."""

_OVERLAP_BYTES: Final = 4096


def read_ahead(stream: io.BufferedIOBase) -> tuple[bytes, Exception | None]:
    """Read until `MAX_WHOLE_BYTES` is exceeded; return the bytes and the read error, if any."""
    chunks, size = [], 0
    fault = None
    try:
        while size <= MAX_WHOLE_BYTES and (chunk := stream.read1(MEBIBYTE)):
            chunks.append(chunk)
            size += len(chunk)
    except (BombError, LimitError, *DAMAGED) as error:
        fault = error
    return b"".join(chunks), fault


def list_windows(
    stream: io.BufferedIOBase, copy: io.BufferedIOBase
) -> Iterator[tuple[bytes, int, bool]]:
    """Yield each window that is not zero, its position, and whether it is the first or the last.

    Args:
        stream: The file.
        copy: Receives its content, unless it is the same file.
    """
    window, end = b"", 0
    new = stream.read(MAX_WHOLE_BYTES)
    while new:
        if copy is not stream:
            copy.write(new)
        window = window[-_OVERLAP_BYTES:] + new
        is_first, end = not end, end + len(new)
        new = stream.read(MAX_WHOLE_BYTES)
        if window != bytes(len(window)):  # most of a bomb or a disk image is zero
            yield window, end - len(window), is_first or not new
