"""The ar format of Debian packages and static libraries.

Spec: deb(5), ar(5)
"""

import io
from collections.abc import Iterator
from typing import Final

from separation.archives.limits import MEBIBYTE, Budget, CountingReader, buffer
from separation.archives.members import Member, SalvagedError, make_remainder
from separation.archives.sources import Source

_MAGIC: Final = b"!<arch>\n"
_HEADER_BYTES: Final = 60
_HEADER_END: Final = b"`\n"
_SIZE: Final = slice(48, 58)
_NAME: Final = slice(0, 16)


def is_ar(head: bytes) -> bool:
    """Return whether *head* begins an ar archive."""
    return head.startswith(_MAGIC)


def open_ar(stream: io.BufferedIOBase, budget: Budget, _starts: set[int]) -> Iterator[Member]:
    """Yield the members, then any data that no header describes.

    Raises:
        SalvagedError: a header is damaged, or the last member is cut off.
    """
    source = Source(stream.read1)
    source.read(len(_MAGIC))
    while header := source.read(_HEADER_BYTES):
        budget.count_member()
        if not header.endswith(_HEADER_END) or not header[_SIZE].strip().isdigit():
            source.unread(header)
            yield make_remainder(source.open_rest())
            raise SalvagedError
        name, size = header[_NAME].decode("latin-1").rstrip(" /"), int(header[_SIZE])
        yield from open_part(source, name, size)
        source.read(size % 2)


def open_part(source: Source, name: str, size: int) -> Iterator[Member]:
    """Yield a member that consists of the next *size* bytes, then move the source behind it.

    Raises:
        SalvagedError: the source ends before that.
    """
    reader = CountingReader(lambda wanted: source.read(min(wanted, size - reader.count, MEBIBYTE)))
    yield Member(name, stream=buffer(reader))
    while reader.read(MEBIBYTE):
        pass
    if reader.count < size:
        raise SalvagedError
