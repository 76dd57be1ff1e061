"""Detection of the format of an archive by its content, and access to its members."""

import bz2
import gzip
import importlib.util
import io
import lzma
from collections.abc import Callable, Iterator
from typing import IO, Final, Protocol, cast

from separation.archives import ars
from separation.archives.limits import MEBIBYTE, Budget, CountingReader, buffer
from separation.archives.members import Member, OpaqueError, limit
from separation.archives.tars import BLOCK_BYTES, is_tar, open_tar
from separation.archives.zips import is_zip, open_zip

Opener = Callable[[io.BufferedReader], io.BufferedIOBase]

_BZIP2: Final = b"BZh"
_LZMA: Final = b"\x5d\0\0"
_COMPRESSIONS: Final[dict[bytes, Opener]] = {
    b"\x1f\x8b\x08": lambda packed: gzip.GzipFile(fileobj=packed),
    _BZIP2: lambda packed: buffer(_StrictReader(packed, bz2.BZ2Decompressor)),
    b"\xfd7zXZ\0": lambda packed: buffer(_StrictReader(packed, lzma.LZMADecompressor)),
    _LZMA: lambda packed: buffer(_StrictReader(packed, lzma.LZMADecompressor)),
}
_BZIP2_BLOCKS: Final = (b"1AY&SY", b"\x17rE8P\x90")  # at byte 4, since a text may begin with BZh
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_OPAQUE: Final = {
    _ZSTANDARD: "Zstandard (Python 3.14 and later can open it)",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
    b"MSCF\0\0\0\0": "CAB",
    b"hsqs": "SquashFS",
    b"\xed\xab\xee\xdb": "RPM",
    b"xar!": "xar",
    b"\x02\x21\x4c\x18": "LZ4",
    b"LZIP\1": "lzip",
}
MAX_HEAD_BYTES: Final = BLOCK_BYTES
"""Number of the first bytes of a file that are needed to detect its format."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class _StrictReader(CountingReader):
    """Reads concatenated compressed streams. Unlike bz2 and lzma, it rejects trailing data."""

    def __init__(self, packed: io.BufferedReader, make: Callable[[], _Decompressor]) -> None:
        super().__init__(self._decompress)
        self._packed = packed
        self._make = make
        self._engine = make()

    def _decompress(self, size: int) -> bytes:
        while True:
            data = b""
            if self._engine.eof:
                data = self._engine.unused_data.lstrip(b"\0") or self._read_past_padding()
                if not data:
                    return b""
                self._engine = self._make()
            elif self._engine.needs_input and not (data := self._packed.read1(MEBIBYTE)):
                message = "compressed file ended before the end of its stream"
                raise EOFError(message)
            if unpacked := self._engine.decompress(data, size):
                return unpacked

    def _read_past_padding(self) -> bytes:
        while chunk := self._packed.read1(MEBIBYTE):
            if data := chunk.lstrip(b"\0"):
                return data
        return b""


def is_archive(head: bytes, tail: bytes = b"") -> bool:
    """Return whether a file with this head (and tail, if known) is an archive."""
    return (
        _find_compression(head) is not None
        or _find_opaque(head) is not None
        or head.startswith(ars.MAGIC)
        or is_zip(head, tail)
        or is_tar(head)
    )


def open_archive(head: bytes, stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    """Yield the members of an archive.

    Args:
        head: The first `MAX_HEAD_BYTES` bytes of *stream*.
        stream: The whole archive from its start; need not be seekable.
        budget: The remaining limits of the artefact.

    Raises:
        LimitError: a limit is exceeded, here or while a member's stream is read.
        OpaqueError: the format cannot be opened.
        DAMAGED: the archive is damaged.
    """
    if (compression := _find_compression(head)) is not None:
        packed = CountingReader(stream.read)
        unpacked = cast("IO[bytes]", compression(buffer(packed)))
        yield Member("", stream=limit(unpacked, packed, budget))
    elif (kind := _find_opaque(head)) is not None:
        message = f"is an archive of a format that this check cannot open: {kind}"
        raise OpaqueError(message)
    elif is_tar(head):
        yield from open_tar(stream, budget)
    elif head.startswith(ars.MAGIC):
        yield from ars.open_ar(stream, budget)
    else:
        yield from open_zip(stream, budget)


def _find_compression(head: bytes) -> Opener | None:
    for magic, opener in _COMPRESSIONS.items():
        if head.startswith(magic) and _is_compressed(magic, head):
            return opener
    if head.startswith(_ZSTANDARD) and importlib.util.find_spec("compression"):
        module = importlib.import_module("compression.zstd")
        return cast("Opener", module.ZstdFile)
    return None


def _is_compressed(magic: bytes, head: bytes) -> bool:
    """Return whether the bytes after a short magic number belong to a compressed file."""
    if magic == _BZIP2:
        return head[4:10] in _BZIP2_BLOCKS
    return magic != _LZMA or (head[5:13] == b"\xff" * 8 or head[10:13] == bytes(3))


def _find_opaque(head: bytes) -> str | None:
    return next((kind for magic, kind in _OPAQUE.items() if head.startswith(magic)), None)
