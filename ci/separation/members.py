"""What archives are made of, whatever their kind."""

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Final, cast

from separation.limits import Budget, CountingReader, ExpandedReader, buffer

DAMAGED: Final = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    # The libraries let these out where a header holds nonsense.
    ArithmeticError,
    LookupError,
    RuntimeError,
    ValueError,
)
"""What reading an archive raises when it is damaged."""


class OpaqueError(Exception):
    """An archive or a member that cannot be looked into; the message says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    Attributes:
        name: As the archive has it; empty for the content of a compressed file.
        target: Where it points, for a link.
        stream: Its content; to be read before the next member is asked for. None without content.
        problem: Why its content cannot be read.
    """

    name: str
    target: str = ""
    stream: io.BufferedIOBase | None = None
    problem: str = ""


def limit(content: IO[bytes], packed: CountingReader | int, budget: Budget) -> io.BufferedReader:
    """Return *content*, made of *packed*, so that reading it stays within the limits."""
    # Whatever these libraries open is buffered, and read1 gives what there is before a fault.
    return buffer(ExpandedReader(cast("io.BufferedIOBase", content).read1, packed, budget))


def join(head: bytes, rest: io.BufferedIOBase) -> io.BufferedIOBase:
    """Return the whole stream again of which *head* was read."""
    if rest.seekable():
        rest.seek(-len(head), io.SEEK_CUR)
        return rest
    lead = io.BytesIO(head)
    return buffer(CountingReader(lambda size: lead.read(size) or rest.read1(size)))
