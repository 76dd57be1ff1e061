"""Packs of git: the objects, and the deltas as they are stored.

Spec: gitformat-pack(5)
"""

import io
from collections.abc import Iterator
from typing import Final

from separation.archives.codecs import DEFLATE, starts_zlib
from separation.archives.compressions import Unpacker
from separation.archives.limits import Budget, ExpandedReader, buffer
from separation.archives.members import Member, SalvagedError, make_remainder
from separation.archives.sources import Source

_MAGIC: Final = (b"PACK\0\0\0\2", b"PACK\0\0\0\3")
_HEADER_BYTES: Final = 12
_OFFSET_DELTA: Final = 6
_REFERENCE_DELTA: Final = 7
_HASH_BYTES: Final = 20
_ZLIB_HEADER_BYTES: Final = 2
_CHECKSUM_BYTES: Final = 4


def is_pack(head: bytes) -> bool:
    """Return whether *head* begins a pack."""
    return head.startswith(_MAGIC)


def open_pack(stream: io.BufferedIOBase, budget: Budget, _starts: set[int]) -> Iterator[Member]:
    """Yield the objects. A delta holds the text that its object adds to another one.

    Raises:
        SalvagedError: the pack is damaged. The rest of it was yielded as one member.
    """
    source = Source(stream.read1)
    count = int.from_bytes(source.read(_HEADER_BYTES)[8:], "big")
    for number in range(count):
        budget.count_member()
        kind = _skip_number(source) >> 4 & 7
        if kind == _OFFSET_DELTA:
            _skip_number(source)
        elif kind == _REFERENCE_DELTA:
            source.read(_HASH_BYTES)
        if not starts_zlib(source.peek(2)):
            break
        source.read(_ZLIB_HEADER_BYTES)
        unpacker = Unpacker(source, DEFLATE, set())
        yield Member(
            f"(object {number})", stream=buffer(ExpandedReader(unpacker.unpack, source, budget))
        )
        unpacker.check()
        source.read(_CHECKSUM_BYTES)
    else:
        return
    yield make_remainder(source.open_rest())
    raise SalvagedError


def _skip_number(source: Source) -> int:
    """Skip a number of variable length, and return its first byte."""
    byte = first = (source.read(1) or b"\0")[0]
    while byte & 0x80:
        byte = (source.read(1) or b"\0")[0]
    return first
