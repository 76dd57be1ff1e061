"""Compressed single files: gzip, bzip2, xz, lzma, Zstandard, Brotli and zlib.

The content is unpacked to the last byte, whatever checksums and sizes say. Bytes that belong to no
compressed data, such as names, comments, skippable frames and trailing data, are members, too.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import brotli

from separation.archives.limits import MEBIBYTE, Budget, ExpandedReader, LimitError, buffer
from separation.archives.members import Member, SalvagedError, make_remainder
from separation.archives.sources import Source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from typing_extensions import Buffer

_GZIP: Final = b"\x1f\x8b\x08"
_BZIP2_BLOCKS: Final = (b"1AY&SY", b"\x17rE8P\x90")  # at byte 4, since a text may begin with BZh
_XZ: Final = b"\xfd7zXZ\0"
_LZMA: Final = b"\x5d\0\0"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_ZLIB: Final = 0x78
_PRESET_DICTIONARY: Final = 0x20
_SKIPPABLE: Final = b"\x2a\x4d\x18"  # after a byte from 0x50 to 0x5f
_FREE_GZIP_FLAGS: Final = 0xE0
MAX_LZMA_BYTES: Final = 512 * MEBIBYTE
_MIN_BROTLI_BYTES: Final = 32
_MAX_TRIAL_BYTES: Final = 64 * MEBIBYTE
_MAX_NAME_BYTES: Final = 4096
_MAX_NOTES_BYTES: Final = 64 * MEBIBYTE
_ERRORS: Final = (zlib.error, lzma.LZMAError, zstd.ZstdError, brotli.error, OSError, ValueError)


class Engine(Protocol):
    """A decompressor of one stream, like those of the standard library."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Codec(NamedTuple):
    """A compression.

    Attributes:
        starts: Returns whether a head begins a stream; None if its data ends with one stream.
        begin: Reads the header of a stream, and returns the decompressor; None if no stream follows.
            Writes names, comments and other data in the header to a file.
        trailer_bytes: Number of the bytes after a stream that are a checksum or a size.
        is_gradual: Whether all that precedes a cut can be unpacked. Other compressions unpack a
            block only if it is complete.
    """

    starts: Callable[[bytes], bool] | None
    begin: Callable[[Source, io.BytesIO], Engine | None]
    trailer_bytes: int = 0
    is_gradual: bool = True


class _Notes(io.BytesIO):
    """Data in the headers of compressed streams."""

    def write(self, data: Buffer, /) -> int:
        """Append *data*.

        Raises:
            LimitError: it is too much.
        """
        if self.tell() > _MAX_NOTES_BYTES:
            message = f"contains more than {_MAX_NOTES_BYTES >> 20} MiB beside its compressed data"
            raise LimitError(message)
        return super().write(data)


class Inflater:
    """A decompressor of raw deflate."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(-zlib.MAX_WBITS)

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


def _begin_gzip(source: Source, notes: io.BytesIO) -> Inflater:
    flags = source.read(10)[3]
    if flags & 4:
        notes.write(source.read(int.from_bytes(source.read(2), "little")) + b"\n")
    for flag in (8, 16):  # the name, the comment
        while flags & flag:
            data = source.read_some()
            text, end, rest = data.partition(b"\0")
            notes.write(text + end)
            source.unread(rest)
            if end or not data:
                break
    if flags & 2:
        source.read(2)
    return Inflater()


def _begin_zip_lzma(source: Source, _notes: io.BytesIO) -> Engine:
    source.read(4)  # the version, and the size of the properties
    properties, dictionary = source.read(1)[0], int.from_bytes(source.read(4), "little")
    rest, literal_bits = divmod(properties, 9)
    position_bits, literal_position_bits = divmod(rest, 5)
    options = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": min(dictionary, MAX_LZMA_BYTES),
        "lc": literal_bits,
        "lp": literal_position_bits,
        "pb": position_bits,
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])


def _begin_zlib(source: Source, _notes: io.BytesIO) -> Inflater:
    source.read(2)
    return Inflater()


def _begin_zstandard(source: Source, notes: io.BytesIO) -> Engine | None:
    while source.peek(4)[1:] == _SKIPPABLE:
        size = int.from_bytes(source.read(8)[4:], "little")
        while size and (data := source.read(min(size, MEBIBYTE))):
            notes.write(data)
            size -= len(data)
    return zstd.ZstdDecompressor() if source.peek(4) == _ZSTANDARD else None


def _starts_zstandard(head: bytes) -> bool:
    return head.startswith(_ZSTANDARD) or (head[1:4] == _SKIPPABLE and head[0] & 0xF0 == 0x50)  # noqa: PLR2004  # see _SKIPPABLE


def _starts_lzma(head: bytes) -> bool:
    return head.startswith(_LZMA) and (head[5:13] == b"\xff" * 8 or head[10:13] == bytes(3))


def starts_zlib(head: bytes) -> bool:
    """Return whether *head* begins with the two bytes of zlib, without a preset dictionary."""
    number = int.from_bytes(head[:2], "big")
    return number >> 8 == _ZLIB and not number & _PRESET_DICTIONARY and number % 31 == 0


def _make_lzma(_source: Source, _notes: io.BytesIO) -> Engine:
    return lzma.LZMADecompressor(memlimit=MAX_LZMA_BYTES)


GZIP: Final = Codec(
    lambda head: head.startswith(_GZIP) and len(head) > 3 and not head[3] & _FREE_GZIP_FLAGS,
    _begin_gzip,
    8,
)
BZIP2: Final = Codec(
    lambda head: head.startswith(b"BZh") and head[4:10] in _BZIP2_BLOCKS,
    lambda _source, _notes: bz2.BZ2Decompressor(),
    is_gradual=False,
)
XZ: Final = Codec(lambda head: head.startswith(_XZ), _make_lzma)
ZSTANDARD: Final = Codec(_starts_zstandard, _begin_zstandard, is_gradual=False)
DEFLATE: Final = Codec(None, lambda _source, _notes: Inflater())
ZIP_LZMA: Final = Codec(None, _begin_zip_lzma)
ZLIB: Final = Codec(None, _begin_zlib, 4)
BROTLI: Final = Codec(None, lambda _source, _notes: _Brotli(), is_gradual=False)
LZMA: Final = Codec(_starts_lzma, _make_lzma)


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


def open_compressed(
    codec: Codec, stream: io.BufferedIOBase, budget: Budget, starts: set[int]
) -> Iterator[Member]:
    """Yield the unpacked content, then names and comments, then any data behind the stream.

    Args:
        codec: The compression.
        stream: The packed file.
        budget: The remaining limits of the artefact.
        starts: Receives the position of each compressed stream in the file.

    Raises:
        EOFError: some of the packed bytes cannot be unpacked.
        SalvagedError: the file is cut off or continued by other data, but all of it was yielded.
    """
    source = Source(stream.read1)
    unpacker = Unpacker(source, codec, starts)
    yield Member("", stream=buffer(ExpandedReader(unpacker.unpack, source, budget)))
    if unpacker.notes.tell():
        unpacker.notes.seek(0)
        names = unpacker.notes.read(_MAX_NAME_BYTES).decode("latin-1")
        yield from (Member(name) for name in dict.fromkeys(re.split(r"[\0\n]", names)) if name)
        unpacker.notes.seek(0)
        yield Member("(header)", stream=unpacker.notes)
    if source.skip_zeros():
        rest = Member("(behind the archive)", stream=source.open_rest(), is_outside=True)
        yield make_remainder(source.open_rest()) if unpacker.fault else rest
        unpacker.check()
        raise SalvagedError
    unpacker.check()


class Unpacker:
    """Unpacks concatenated streams.

    Damage is not an error while it reads: it unpacks all bytes before it, and stops there.

    Attributes:
        notes: Text that is not part of the content.
        fault: The error that describes the damage, if there is any.
    """

    def __init__(self, source: Source, codec: Codec, starts: set[int]) -> None:
        self.notes = _Notes()
        self._source = source
        self._codec = codec
        self._starts = starts
        self._engine: Engine | None = None
        self._fed = b""
        self._is_over = False
        self.fault: Exception | None = None

    def unpack(self, size: int) -> bytes:
        """Return at most *size* unpacked bytes; none at the end."""
        while not self._is_over and (engine := self._find_engine()) is not None:
            data = b""
            if is_hungry := engine.needs_input:
                data = self._fed = self._source.read_some()
            try:
                unpacked = engine.decompress(data, size)
            except _ERRORS:
                self._source.unread(self._fed)
                self._is_over, self.fault = True, EOFError()
                return b""
            if unpacked:
                return unpacked
            if is_hungry and not data and not engine.eof:
                self._is_over = True
                self.fault = SalvagedError() if self._codec.is_gradual else EOFError()
        self._is_over = True
        return b""

    def check(self) -> None:
        """Raise `fault`, if there is any."""
        if self.fault is not None:
            raise self.fault

    def _find_engine(self) -> Engine | None:
        """Return the decompressor of the current stream or the next one; None at the end."""
        if self._engine is not None and self._engine.eof:
            self._source.unread(self._engine.unused_data)
            self._source.read(self._codec.trailer_bytes)
            self._engine = None
            starts = self._codec.starts
            if starts is None or not self._source.skip_zeros() or not starts(self._source.peek(16)):
                return None
        if self._engine is None:
            self._starts.add(self._source.count)
            self._engine = self._codec.begin(self._source, self.notes)
        return self._engine
