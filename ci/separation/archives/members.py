"""Members of an archive of any format."""

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final

from separation.archives.limits import CountingReader, buffer

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

DAMAGE: Final = "is damaged, so its content cannot be checked"
"""The finding for an archive that was not read completely."""


class OpaqueError(Exception):
    """An archive cannot be opened; the message says why."""


class SalvagedError(Exception):
    """An archive is damaged, but each of its bytes is part of a member that was yielded."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    Attributes:
        name: The name in the archive; empty for the content of a compressed single file.
        target: The target of a link.
        stream: The content, to be read before the next member; None for a member without content.
        problem: The reason that the content cannot be read; empty if it can be read.
        is_outside: Whether the content lies beside the archive, or remains of a damaged one.
        is_remainder: Whether the format of the archive is not to be tried again on the content.
    """

    name: str
    target: str = ""
    stream: io.BufferedIOBase | None = None
    problem: str = ""
    is_outside: bool = False
    is_remainder: bool = False


def make_remainder(stream: io.BufferedIOBase) -> Member:
    """Return a member with the rest of an archive behind a damaged header."""
    return Member("(behind the damage)", stream=stream, is_outside=True, is_remainder=True)


def rejoin(head: bytes, rest: io.BufferedIOBase) -> io.BufferedIOBase:
    """Return a stream of *head*, which was already read, and *rest*."""
    if rest.seekable():
        rest.seek(-len(head), io.SEEK_CUR)
        return rest
    lead = io.BytesIO(head)
    return buffer(CountingReader(lambda size: lead.read(size) or rest.read1(size)))
