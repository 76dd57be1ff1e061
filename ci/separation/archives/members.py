"""The members of an archive of any format."""

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Final, cast

from separation.archives.limits import Budget, CountingReader, ExpandedReader, buffer

DAMAGED: Final = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    # The libraries raise these for a malformed header.
    ArithmeticError,
    LookupError,
    RuntimeError,
    ValueError,
)
"""The errors of reading a damaged archive."""


class OpaqueError(Exception):
    """An archive or a member that cannot be opened; the message says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    Attributes:
        name: The name in the archive; empty for the content of a compressed file.
        target: The target of a link.
        stream: The content, to be read before the next member; None for a member without content.
        problem: Why the content cannot be read.
    """

    name: str
    target: str = ""
    stream: io.BufferedIOBase | None = None
    problem: str = ""


def limit(stream: IO[bytes], packed: CountingReader | int, budget: Budget) -> io.BufferedReader:
    """Wrap *stream*, unpacked from *packed*, so that reading it stays within the limits."""
    # The libraries return buffered streams, whose read1 gives the bytes that precede an error.
    return buffer(ExpandedReader(cast("io.BufferedIOBase", stream).read1, packed, budget))


def rejoin(head: bytes, rest: io.BufferedIOBase) -> io.BufferedIOBase:
    """Return the stream from its start again, after *head* was read from it."""
    if rest.seekable():
        rest.seek(-len(head), io.SEEK_CUR)
        return rest
    lead = io.BytesIO(head)
    return buffer(CountingReader(lambda size: lead.read(size) or rest.read1(size)))
