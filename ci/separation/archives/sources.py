"""Packed bytes: a stream that takes bytes back, and spools on disk."""

import io
import tempfile
from collections.abc import Callable
from typing import Final, cast

from separation.archives.limits import MEBIBYTE, CountingReader, buffer

_MAX_PIECE_BYTES: Final = 64 << 10  # small, since a decompressor copies what it does not use
_MAX_IN_MEMORY_BYTES: Final = 32 * MEBIBYTE


class Source:
    """A stream of packed bytes. A reader that took too many gives them back.

    Args:
        read: Reads at least one byte, unless the stream has ended.

    Attributes:
        count: The number of bytes that were read and not given back.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._data = b""
        self._place = 0
        self.count = 0

    def read_some(self) -> bytes:
        """Read at least one byte, unless the stream has ended."""
        if self._place >= len(self._data):
            self._data, self._place = self._read(MEBIBYTE), 0
        return self._take(_MAX_PIECE_BYTES)

    def read(self, size: int) -> bytes:
        """Read *size* bytes, or fewer at the end of the stream."""
        while len(self._data) - self._place < size and (more := self._read(MEBIBYTE)):
            self._data, self._place = self._data[self._place :] + more, 0
        return self._take(size)

    def peek(self, size: int) -> bytes:
        """Return the next *size* bytes without consuming them."""
        data = self.read(size)
        self.unread(data)
        return data

    def unread(self, data: bytes) -> None:
        """Give back the last bytes that were read."""
        self.count -= len(data)
        if len(data) <= self._place:
            self._place -= len(data)
        else:
            self._data, self._place = data + self._data[self._place :], 0

    def _take(self, size: int) -> bytes:
        data = self._data[self._place : self._place + size]
        self._place += len(data)
        self.count += len(data)
        return data

    def skip_zeros(self) -> bool:
        """Skip bytes that are zero, and return whether any other byte follows."""
        while data := self.read_some():
            if rest := data.lstrip(b"\0"):
                self.unread(rest)
                return True
        return False

    def open_rest(self) -> io.BufferedReader:
        """Return a stream of the bytes that were not read."""
        return buffer(CountingReader(lambda size: self.read(min(size, MEBIBYTE))))


def make_spool() -> io.BufferedIOBase:
    """Create a temporary file that stays in memory while it is small."""
    return cast("io.BufferedIOBase", tempfile.SpooledTemporaryFile(_MAX_IN_MEMORY_BYTES))


def make_seekable(stream: io.BufferedIOBase) -> io.BufferedIOBase:
    """Return *stream*, or a spool with its content if it cannot seek."""
    if stream.seekable():
        return stream
    spool = make_spool()
    while chunk := stream.read(MEBIBYTE):
        spool.write(chunk)
    spool.seek(0)
    return spool


def make_range_reader(file: io.BufferedIOBase, start: int, end: int) -> Callable[[int], bytes]:
    """Return a function that reads *file* from *start* to *end*; other code may seek in it."""
    position = start

    def read(size: int) -> bytes:
        nonlocal position
        file.seek(position)
        data = file.read(max(0, min(size, end - position)))
        position += len(data)
        return data

    return read


def find_bytes(file: io.BufferedIOBase, wanted: bytes, start: int, end: int) -> int | None:
    """Return the first position of *wanted* in *file* between *start* and *end*."""
    kept = b""
    while start < end:
        file.seek(start)
        chunk = file.read(min(MEBIBYTE, end - start))
        if not chunk:
            return None
        data = kept + chunk
        if (place := data.find(wanted)) >= 0:
            return start - len(kept) + place
        start += len(chunk)
        kept = data[1 - len(wanted) :]
    return None
