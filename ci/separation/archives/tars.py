"""Tar archives in the pax, GNU and older formats, read as a stream."""

import io
import re
import tarfile
from collections import deque
from collections.abc import Iterator
from typing import IO, Final, cast

from separation.archives.limits import (
    MAX_EXPANDED_BYTES,
    MAX_SPARSE_BYTES,
    MEBIBYTE,
    Budget,
    CountingReader,
    ExpandedReader,
    LimitError,
    buffer,
)
from separation.archives.members import (
    DAMAGED,
    Member,
    OpaqueError,
    SalvagedError,
    make_remainder,
    rejoin,
)

BLOCK_BYTES: Final = 512
_READ_BYTES: Final = BLOCK_BYTES * 128
_MAX_KEPT_READS: Final = 64
_MAX_FILE_BYTES: Final = (1 << 63) - 1
_MAX_EXTENSION_BYTES: Final = MEBIBYTE
_EXTENSIONS: Final = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
_CHECKSUM: Final = re.compile(rb"[ \0]*[0-7]+[ \0]|\x80")
_ORDINARY_HEADERS: Final = {"path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid"}


class _StrictHeader(tarfile.TarInfo):
    """A header that is rejected if it is damaged or too large.

    `tarfile` treats a damaged header as the end of the archive, which would hide the rest. It also
    reads long names and pax headers of any size into memory.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_StrictHeader":
        try:
            header = super().frombuf(buf, encoding, errors)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]  # the stubs have none
            raise tarfile.ReadError(str(error)) from None
        if header.size < 0 or (header.type in _EXTENSIONS and header.size > _MAX_EXTENSION_BYTES):
            message = f"size out of range: {header.size}"
            raise tarfile.ReadError(message)
        return header

    def _proc_gnusparse_10(self, header: tarfile.TarInfo, _pax: object, _tar: object) -> None:
        """Keep the list of the parts in the content, since it may have any number of entries."""
        header.sparse = []  # type: ignore[assignment]  # the type stubs are wrong


def is_tar(head: bytes) -> bool:
    """Return whether *head* starts with the header of a member."""
    # Nearly all other files lack a checksum, which is much faster to see than to compute.
    if len(head) < BLOCK_BYTES or _CHECKSUM.match(head, 148) is None:
        return False
    try:
        # Parsing the header compares its checksum.
        tarfile.TarInfo.frombuf(head[:BLOCK_BYTES], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


class _Tape:
    """The stream of an archive. Keeps the last reads, so that damaged headers can be read again.

    Attributes:
        is_header: Whether the headers of a member are read.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._last: deque[bytes] = deque(maxlen=_MAX_KEPT_READS)
        self._header_bytes = 0
        self.is_header = True

    def read(self, size: int) -> bytes:
        """Read *size* bytes.

        Raises:
            LimitError: a member has more headers than the tape keeps.
        """
        data = self._stream.read(size)
        self._last.append(data)
        self._header_bytes = self._header_bytes + len(data) if self.is_header else 0
        if self._header_bytes > _MAX_KEPT_READS * _READ_BYTES:
            message = f"contains a member with more than {self._header_bytes >> 20} MiB of headers"
            raise LimitError(message)
        return data

    def open_last(self) -> io.BufferedReader:
        """Return a stream of the bytes that were read last, and of those not yet read."""
        last = io.BytesIO(b"".join(self._last))
        return buffer(CountingReader(lambda size: last.read(size) or self._stream.read1(size)))


def open_tar(stream: io.BufferedIOBase, budget: Budget, starts: set[int]) -> Iterator[Member]:
    """Yield the members, then any data after the end of the archive.

    Raises:
        SalvagedError: the archive is damaged. The rest of it was yielded as one member.
        OpaqueError: a member is larger than any file can be.
    """
    tape = _Tape(stream)
    try:
        yield from _open_members(tape, budget, starts)
    except DAMAGED as error:
        yield make_remainder(tape.open_last())
        raise SalvagedError from error


def _open_members(tape: _Tape, budget: Budget, starts: set[int]) -> Iterator[Member]:
    with tarfile.open(
        fileobj=cast("IO[bytes]", tape),
        mode="r|", errorlevel=1, tarinfo=_StrictHeader, bufsize=_READ_BYTES,
    ) as archive:  # fmt: skip
        while (info := archive.next()) is not None:
            budget.count_member()
            starts.add(info.offset)
            tape.is_header = False
            if max(info.size, archive.offset) > _MAX_FILE_BYTES:
                message = "states an impossible size"
                raise OpaqueError(message)
            archive.members = []  # type: ignore[attr-defined]  # otherwise tarfile keeps all members
            yield _open_member(archive, info, budget)
            yield from _open_headers(info)
            if archive.offset > MAX_EXPANDED_BYTES:  # tarfile would read up to there
                message = f"the next member at byte {archive.offset}"
                raise tarfile.ReadError(message)
            cast("IO[bytes]", archive.fileobj).seek(archive.offset)
            tape.is_header = True
        yield from _open_rest(archive)


def _open_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Member:
    # Tar programs also unpack members of unknown types as files.
    if not info.isreg() and info.type in tarfile.SUPPORTED_TYPES:
        return Member(info.name, target=info.linkname)
    segments = cast("list[tuple[int, int]] | None", info.sparse)  # the type stubs are wrong
    stored, problem = info.size, ""
    if segments is not None:
        stored = archive.offset - info.offset_data  # with the padding
        problem = _judge_holes(info.size, segments)
    read = cast("IO[bytes]", archive.fileobj).read

    def read_content(size: int) -> bytes:
        return read(min(size, stored - reader.count))

    reader = ExpandedReader(read_content, stored, budget)
    return Member(info.name, stream=buffer(reader, stored), problem=problem)


def _judge_holes(size: int, segments: list[tuple[int, int]]) -> str:
    """Return what is wrong with a sparse file, of which only the data between holes is read."""
    end = 0
    for start, length in segments:
        if length and start < end:
            return "is a sparse file whose parts are not in order"
        end = max(end, start + length)
    if max(end, size) > MAX_SPARSE_BYTES:
        return f"is a bomb: a sparse file of more than {MAX_SPARSE_BYTES >> 30} GiB"
    return ""


def _open_headers(info: tarfile.TarInfo) -> Iterator[Member]:
    """Yield the extended attributes and comments in the pax headers of a member."""
    values = [value for key, value in info.pax_headers.items() if key not in _ORDINARY_HEADERS]
    if values:
        text = "\n".join(values).encode("utf-8", "surrogateescape")
        yield Member(f"{info.name}!(pax headers)", stream=io.BytesIO(text))


def _open_rest(archive: tarfile.TarFile) -> Iterator[Member]:
    """Yield the data after the end of the archive, which most readers ignore."""
    stream = buffer(CountingReader(cast("IO[bytes]", archive.fileobj).read))
    while chunk := stream.read(_READ_BYTES):
        if data := chunk.lstrip(b"\0"):
            start = (len(chunk) - len(data)) // BLOCK_BYTES * BLOCK_BYTES
            rest = rejoin(chunk[start:], stream)
            yield Member("(behind the archive)", stream=rest, is_outside=True)
            return
