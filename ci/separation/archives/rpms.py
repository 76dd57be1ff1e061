"""RPM packages: two headers, then a payload that is a compressed cpio archive.

Spec: RPM V4 Package Format, rpm.org
"""

import io
import struct
from collections.abc import Iterator
from typing import Final

from separation.archives.ars import open_part
from separation.archives.limits import Budget
from separation.archives.members import Member
from separation.archives.sources import Source

_MAGIC: Final = b"\xed\xab\xee\xdb"
_LEAD_BYTES: Final = 96
_HEADER: Final = struct.Struct(">4s4xII")
_HEADER_MAGIC: Final = b"\x8e\xad\xe8\x01"
_ENTRY_BYTES: Final = 16


def is_rpm(head: bytes) -> bool:
    """Return whether *head* begins an RPM package."""
    return head.startswith(_MAGIC)


def open_rpm(stream: io.BufferedIOBase, _budget: Budget, _starts: set[int]) -> Iterator[Member]:
    """Yield the headers and the payload."""
    source = Source(stream.read1)
    source.read(_LEAD_BYTES)
    for name in ("(signatures)", "(header)"):
        magic, entries, size = _HEADER.unpack(source.peek(_HEADER.size))
        if magic != _HEADER_MAGIC:
            raise EOFError
        yield from open_part(source, name, _HEADER.size + _ENTRY_BYTES * entries + size)
        if name == "(signatures)":
            source.read(-source.count % 8)
    yield Member("(payload)", stream=source.open_rest())
