"""Compressions: how their streams begin, and their decompressors."""

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import brotli

from separation.archives.limits import MEBIBYTE, LimitError
from separation.archives.sources import Source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP: Final = b"\x1f\x8b\x08"
_BZIP2_BLOCKS: Final = (b"1AY&SY", b"\x17rE8P\x90")  # at byte 4, since a text may begin with BZh
_XZ: Final = b"\xfd7zXZ\0"
_LZMA: Final = b"\x5d\0\0"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_ZLIB: Final = 0x78
_PRESET_DICTIONARY: Final = 0x20
_SKIPPABLE: Final = b"\x2a\x4d\x18"  # after a byte from 0x50 to 0x5f
_MAX_GZIP_FLAGS: Final = b"\x1f"
_MAX_LZMA_BYTES: Final = 512 * MEBIBYTE
_MIN_BROTLI_BYTES: Final = 32
_MAX_TRIAL_BYTES: Final = 64 * MEBIBYTE
_MAX_NOTES_BYTES: Final = 64 * MEBIBYTE
ERRORS: Final = (zlib.error, lzma.LZMAError, zstd.ZstdError, brotli.error, OSError, ValueError)


class Engine(Protocol):
    """A decompressor of one stream, like those of the standard library."""

    @property
    def eof(self) -> bool: ...  # noqa: D102  # as in bz2 and lzma
    @property
    def needs_input(self) -> bool: ...  # noqa: D102  # as in bz2 and lzma
    @property
    def unused_data(self) -> bytes: ...  # noqa: D102  # as in bz2 and lzma
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...  # noqa: D102  # as in bz2


class Notes(io.BytesIO):
    """Data in the headers of compressed streams."""

    def add(self, data: bytes) -> None:
        """Append *data*.

        Raises:
            LimitError: it is too much.
        """
        if self.tell() > _MAX_NOTES_BYTES:
            message = f"contains more than {_MAX_NOTES_BYTES >> 20} MiB beside its compressed data"
            raise LimitError(message)
        self.write(data)


class Codec(NamedTuple):
    """A compression.

    Attributes:
        starts: Returns whether a head begins a stream; None if its data ends with one stream.
        begin: Reads the header of a stream, and returns the decompressor; None if no stream
            follows. Adds names, comments and other data in the header to the notes.
        trailer_bytes: Number of the bytes after a stream that are a checksum or a size.
        is_gradual: Whether all that precedes a cut can be unpacked. Other compressions unpack a
            block only if it is complete.
    """

    starts: Callable[[bytes], bool] | None
    begin: Callable[[Source, Notes], Engine | None]
    trailer_bytes: int = 0
    is_gradual: bool = True


class Inflater:
    """A decompressor of deflate: raw, or with the header of zlib."""

    def __init__(self, *, with_header: bool = False) -> None:
        self._engine = zlib.decompressobj(zlib.MAX_WBITS if with_header else -zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return self._engine.eof

    @property
    def needs_input(self) -> bool:
        """Whether all input is consumed."""
        return not self._engine.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """The input after the end of the stream."""
        return self._engine.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return the next unpacked bytes."""
        return self._engine.decompress(self._engine.unconsumed_tail + data, max_length)


class _Brotli:
    """A decompressor of Brotli, which cannot tell where its stream ends inside of the input."""

    unused_data = b""

    def __init__(self) -> None:
        self._engine = brotli.Decompressor()
        self._rest = b""  # may be more than was asked for

    @property
    def eof(self) -> bool:
        return not self._rest and self._engine.is_finished()

    @property
    def needs_input(self) -> bool:
        return not self._rest and self._engine.can_accept_more_data()

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        rest = self._rest or self._engine.process(data, output_buffer_limit=max_length)
        self._rest = rest[max_length:]
        return rest[:max_length]


def make_zstandard() -> Engine:
    """Return a decompressor of one frame."""
    return zstd.ZstdDecompressor()


def make_lzma() -> Engine:
    """Return a decompressor of one stream of xz or lzma."""
    return lzma.LZMADecompressor(memlimit=_MAX_LZMA_BYTES)


def _begin_gzip(source: Source, notes: Notes) -> Inflater:
    flags = source.read(10)[3]
    if flags & 4:
        notes.add(source.read(int.from_bytes(source.read(2), "little")) + b"\n")
    for flag in (8, 16):  # the name, the comment
        while flags & flag:
            data = source.read_some()
            text, end, rest = data.partition(b"\0")
            notes.add(text + end)
            source.unread(rest)
            if end or not data:
                break
    if flags & 2:
        source.read(2)
    return Inflater()


def _begin_zip_lzma(source: Source, _notes: Notes) -> Engine:
    source.read(4)  # the version, and the size of the properties
    properties, dictionary = source.read(1)[0], int.from_bytes(source.read(4), "little")
    rest, literal_bits = divmod(properties, 9)
    position_bits, literal_position_bits = divmod(rest, 5)
    options = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": min(dictionary, _MAX_LZMA_BYTES),
        "lc": literal_bits,
        "lp": literal_position_bits,
        "pb": position_bits,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])


def _begin_zlib(source: Source, _notes: Notes) -> Inflater:
    source.read(2)
    return Inflater()


def _begin_zstandard(source: Source, notes: Notes) -> Engine | None:
    while source.peek(4)[1:] == _SKIPPABLE:
        size = int.from_bytes(source.read(8)[4:], "little")
        while size and (data := source.read(min(size, MEBIBYTE))):
            notes.add(data)
            size -= len(data)
    return make_zstandard() if source.peek(4) == _ZSTANDARD else None


def _starts_zstandard(head: bytes) -> bool:
    return head.startswith(_ZSTANDARD) or (head[1:4] == _SKIPPABLE and head[0] & 0xF0 == 0x50)  # noqa: PLR2004  # see _SKIPPABLE


def _starts_lzma(head: bytes) -> bool:
    return head.startswith(_LZMA) and (head[5:13] == b"\xff" * 8 or head[10:13] == bytes(3))


def starts_zlib(head: bytes) -> bool:
    """Return whether *head* begins with the two bytes of zlib, without a preset dictionary."""
    number = int.from_bytes(head[:2], "big")
    return number >> 8 == _ZLIB and not number & _PRESET_DICTIONARY and number % 31 == 0


GZIP: Final = Codec(
    lambda head: head.startswith(_GZIP) and not head[3:4] > _MAX_GZIP_FLAGS,
    _begin_gzip,
    8,
)
BZIP2: Final = Codec(
    lambda head: head.startswith(b"BZh") and head[4:10] in _BZIP2_BLOCKS,
    lambda _source, _notes: bz2.BZ2Decompressor(),
    is_gradual=False,
)
XZ: Final = Codec(lambda head: head.startswith(_XZ), lambda _source, _notes: make_lzma())
ZSTANDARD: Final = Codec(_starts_zstandard, _begin_zstandard, is_gradual=False)
DEFLATE: Final = Codec(None, lambda _source, _notes: Inflater())
ZIP_LZMA: Final = Codec(None, _begin_zip_lzma)
ZLIB: Final = Codec(None, _begin_zlib, 4)
BROTLI: Final = Codec(None, lambda _source, _notes: _Brotli(), is_gradual=False)
LZMA: Final = Codec(_starts_lzma, lambda _source, _notes: make_lzma())


def is_brotli(data: bytes) -> bool:
    """Return whether *data*, a whole file, is Brotli. The format has no magic number."""
    if len(data) < _MIN_BROTLI_BYTES:
        return False
    engine = brotli.Decompressor()
    try:
        size = len(engine.process(data, output_buffer_limit=MEBIBYTE))
        while size < _MAX_TRIAL_BYTES and not engine.can_accept_more_data():
            size += len(engine.process(b"", output_buffer_limit=MEBIBYTE))
    except brotli.error:
        return False
    return size > len(data) and (engine.is_finished() or size >= _MAX_TRIAL_BYTES)


def is_zlib(head: bytes) -> bool:
    """Return whether *head* begins a zlib stream; two characters of a text may look like one."""
    if not starts_zlib(head):
        return False
    try:
        return bool(zlib.decompressobj().decompress(head, 1))
    except zlib.error:
        return False
