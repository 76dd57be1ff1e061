"""Compressed single files.

The content is unpacked to the last byte, whatever checksums and sizes say. Bytes that belong to no
compressed data, such as names, comments, skippable frames and trailing data, are members, too.
"""

import io
import re
from collections.abc import Iterator
from typing import Final

from separation.archives.codecs import ERRORS, Codec, Engine, Notes
from separation.archives.limits import Budget, ExpandedReader, buffer
from separation.archives.members import Member, SalvagedError, make_remainder
from separation.archives.sources import Source

_MAX_NAME_BYTES: Final = 4096


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
    if not unpacker.is_over:  # the caller has stopped, since a limit is exceeded
        return
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
        is_over: Whether all was unpacked that can be.
        fault: The error that describes the damage, if there is any.
    """

    def __init__(self, source: Source, codec: Codec, starts: set[int]) -> None:
        self.notes = Notes()
        self._source = source
        self._codec = codec
        self._starts = starts
        self._engine: Engine | None = None
        self._fed = b""
        self.is_over = False
        self.fault: Exception | None = None

    def unpack(self, size: int) -> bytes:
        """Return at most *size* unpacked bytes; none at the end."""
        while not self.is_over and (engine := self._find_engine()) is not None:
            data = b""
            if is_hungry := engine.needs_input:
                data = self._fed = self._source.read_some()
            try:
                unpacked = engine.decompress(data, size)
            except ERRORS:
                self._source.unread(self._fed)
                self.is_over, self.fault = True, EOFError()
                return b""
            if unpacked:
                return unpacked
            if is_hungry and not data and not engine.eof:
                self.is_over = True
                self.fault = SalvagedError() if self._codec.is_gradual else EOFError()
        self.is_over = True
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
