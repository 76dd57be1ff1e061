"""The ar format of Debian packages and static libraries.

Spec: deb(5), ar(5)
"""

import io
from collections.abc import Iterator
from typing import Final

from separation.archives.limits import MEBIBYTE, Budget, CountingReader, buffer
from separation.archives.members import Member

MAGIC: Final = b"!<arch>\n"
_HEADER_BYTES: Final = 60
_HEADER_END: Final = b"`\n"
_SIZE: Final = slice(48, 58)
_NAME: Final = slice(0, 16)


def open_ar(stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    """Yield the members of a Debian package or static library."""
    stream.read(len(MAGIC))
    while header := stream.read(_HEADER_BYTES):
        budget.count_member()
        if not header.endswith(_HEADER_END) or not header[_SIZE].strip().isdigit():
            raise EOFError
        reader = _MemberReader(stream, size=int(header[_SIZE]))
        yield Member(header[_NAME].decode("latin-1").rstrip(" /"), stream=buffer(reader))
        reader.skip()


class _MemberReader(CountingReader):
    """Reads the next *size* bytes of a stream."""

    def __init__(self, stream: io.BufferedIOBase, *, size: int) -> None:
        super().__init__(lambda wanted: stream.read1(min(wanted, size - self.count)))
        self._stream = stream
        self._size = size

    def skip(self) -> None:
        """Move the stream past the member and, if its size is odd, past the padding byte.

        Raises:
            EOFError: the stream ends before that.
        """
        while self.read(MEBIBYTE):
            pass
        if self.count < self._size:
            raise EOFError
        self._stream.read(self._size % 2)
