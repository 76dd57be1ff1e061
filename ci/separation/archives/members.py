"""Members of an archive of any format."""

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
    # Raised for a malformed header.
    ArithmeticError,
    LookupError,
    RuntimeError,
    ValueError,
)
"""Errors that the libraries raise for a damaged archive."""


class OpaqueError(Exception):
    """An archive cannot be opened; the message says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    Attributes:
        name: The name in the archive; empty for the content of a compressed single file.
        target: The target of a link.
        stream: The content, to be read before the next member; None for a member without content.
        problem: The reason that the content cannot be read; empty if it can be read.
    """

    name: str
    target: str = ""
    stream: io.BufferedIOBase | None = None
    problem: str = ""


def limit(stream: IO[bytes], packed: CountingReader | int, budget: Budget) -> io.BufferedReader:
    """Wrap *stream*, the unpacked content of *packed*, so that each read enforces the limits."""
    # The libraries return buffered streams, whose read1 returns the bytes before an error.
    return buffer(ExpandedReader(cast("io.BufferedIOBase", stream).read1, packed, budget))


def rejoin(head: bytes, rest: io.BufferedIOBase) -> io.BufferedIOBase:
    """Return a stream of *head*, which was already read, and *rest*."""
    if rest.seekable():
        rest.seek(-len(head), io.SEEK_CUR)
        return rest
    lead = io.BytesIO(head)
    return buffer(CountingReader(lambda size: lead.read(size) or rest.read1(size)))
