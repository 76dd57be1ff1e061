"""Detection of the format of an archive by its content, and access to its members."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from separation.archives.ars import is_ar, open_ar
from separation.archives.codecs import (
    BROTLI,
    BZIP2,
    GZIP,
    LZMA,
    XZ,
    ZLIB,
    ZSTANDARD,
    is_brotli,
    is_zlib,
)
from separation.archives.compressions import open_compressed
from separation.archives.cpios import is_cpio, open_cpio
from separation.archives.limits import Budget
from separation.archives.members import Member, OpaqueError
from separation.archives.opaque import find_opaque
from separation.archives.packs import is_pack, open_pack
from separation.archives.pyinstaller import is_modules, open_modules
from separation.archives.rpms import is_rpm, open_rpm
from separation.archives.squashfs import is_squashfs, open_squashfs
from separation.archives.tars import is_tar, open_tar
from separation.archives.zips import is_zip, open_zip

MAX_HEAD_BYTES: Final = 4096
"""Number of the first bytes of a file that are needed to detect its format."""

Open = Callable[[io.BufferedIOBase, Budget, set[int]], Iterator[Member]]
"""Yields the members of an archive. Its arguments are the whole archive from its start, which need
not be seekable; the remaining limits of the artefact; and a set that receives the positions at
which the archive could also begin: those of its members' headers."""


class Format(NamedTuple):
    """A format that can be opened.

    Attributes:
        is_at: Returns whether a file with this head has the format.
        open: Yields the members.
        is_certain: Whether the head is never a coincidence. If it may be one, damage means that
            the file is not an archive.
    """

    is_at: Callable[[bytes], object]
    open: Open
    is_certain: bool = True


_AR: Final = Format(is_ar, open_ar)
_FORMATS: Final = (
    *(
        Format(codec.starts, partial(open_compressed, codec))
        for codec in (GZIP, BZIP2, XZ, ZSTANDARD, LZMA)
        if codec.starts is not None
    ),
    _AR,
    Format(is_cpio, open_cpio),
    Format(is_rpm, open_rpm),
    Format(is_squashfs, open_squashfs),
    Format(is_pack, open_pack),
    Format(is_modules, open_modules),
    Format(is_tar, open_tar),
    Format(is_zlib, partial(open_compressed, ZLIB), is_certain=False),
)
_ZIP: Final = Format(is_zip, open_zip)
_NAMED_BROTLI: Final = Format(is_brotli, partial(open_compressed, BROTLI))
_BROTLI: Final = _NAMED_BROTLI._replace(is_certain=False)


def find_format(head: bytes, whole: bytes = b"", name: str = "") -> Format | None:
    """Return the format of a file; None if it is not an archive.

    Args:
        head: The first `MAX_HEAD_BYTES` bytes.
        whole: The whole file, if it is at hand.
        name: The name of the file.
    """
    if whole and is_plain_text(whole):
        return _AR if is_ar(whole) else None
    if (kind := find_opaque(head)) is not None:
        return Format(is_zip, partial(refuse, kind))
    for known in _FORMATS:
        if known.is_at(head):
            return known
    if is_zip(head, whole):
        return _ZIP
    if name.endswith((".br", ".brotli")):
        return _NAMED_BROTLI
    return _BROTLI if not is_bytecode(head) and is_brotli(whole) else None


def is_plain_text(data: bytes) -> bool:
    """Return whether *data* is UTF-8 without NUL, which all other formats contain or break."""
    if b"\0" in data:
        return False
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_bytecode(head: bytes) -> bool:
    """Return whether *head* begins Python bytecode: a version in two bytes, then CR LF."""
    return head[2:4] == b"\r\n"


class Origin(NamedTuple):
    """Where content comes from.

    Attributes:
        path: The path in findings.
        name: The name of the file; empty if the content has none.
        damaged: The function that opens a damaged archive, if the content is a part of it.
    """

    path: str
    name: str
    damaged: Open | None = None

    def find_format(self, head: bytes, whole: bytes = b"") -> Format | None:
        """Return the format of the content, unless it is that of the damaged archive."""
        known = find_format(head, whole, self.name)
        return None if known is not None and known.open == self.damaged else known


def refuse(
    kind: str, _stream: io.BufferedIOBase, _budget: Budget, _starts: set[int]
) -> Iterator[Member]:
    """Raise OpaqueError for an archive of the format *kind*."""
    message = f"is an archive of a format that this check cannot open: {kind}"
    raise OpaqueError(message)
