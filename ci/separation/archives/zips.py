"""Zip archives: the members, and the bytes outside of the members."""

import io
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Final, cast

from separation.archives.limits import MEBIBYTE, Budget, CountingReader, LimitError, buffer
from separation.archives.members import DAMAGED, Member, limit

_START: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_MAX_TAIL_BYTES: Final = 65_557  # the end record and the longest comment after it
_MAX_DIRECTORY_BYTES: Final = 32 * MEBIBYTE
_IN_ZIP64: Final = 0xFFFF_FFFF
_ENCRYPTED: Final = 1
_MAX_DESCRIPTOR_BYTES: Final = 24
_MAX_IN_MEMORY_BYTES: Final = 32 * MEBIBYTE


def is_zip(head: bytes, tail: bytes = b"") -> bool:
    """Return whether a file with this head (and tail, if known) is a zip archive."""
    return head.startswith(_START) or (
        _END in tail[-_MAX_TAIL_BYTES:] and _has_directory(io.BytesIO(tail))
    )


def _has_directory(file: io.BufferedIOBase) -> bool:
    """Return whether *file* has a central directory; the magic number may be a coincidence."""
    try:
        zipfile.ZipFile(file).close()
    except DAMAGED:
        return False
    return True


class AppendedZip:
    """Collects a zip archive that follows other data in a large file.

    Self-extracting programs and Python's zipapps have this form.
    """

    def __init__(self) -> None:
        self._kept: io.BufferedIOBase | None = None

    def feed(self, window: bytes, new: int) -> None:
        """Add a window whose last *new* bytes were not in the previous one."""
        if self._kept is not None:
            self._kept.write(window[-new:])
        elif (start := window.find(_START)) >= 0:
            self._kept = make_spool()
            self._kept.write(window[start:])

    def open(self) -> io.BufferedIOBase | None:
        """Return the archive, or None if there is none."""
        if self._kept is None or not _has_directory(self._kept):
            return None
        self._kept.seek(0)
        return self._kept


def make_spool() -> io.BufferedIOBase:
    """Create a temporary file that stays in memory while it is small."""
    return cast("io.BufferedIOBase", tempfile.SpooledTemporaryFile(_MAX_IN_MEMORY_BYTES))


def open_zip(stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    """Yield the data outside of the members, then the members."""
    with _make_seekable(stream) as file:
        _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            yield from _open_rest(file, archive)
            for info in archive.infolist():
                budget.count_member()
                yield _open_member(archive, info, budget)


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Member:
    if info.flag_bits & _ENCRYPTED:
        return Member(info.filename, problem="is encrypted")
    if info.is_dir() and not info.compress_size:
        return Member(info.filename)
    if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
        return Member(info.filename, problem="states two different sizes")
    try:
        stream = archive.open(info)
    except NotImplementedError as error:
        return Member(info.filename, problem=f"cannot be unpacked: {error}")
    reader = limit(stream, info.compress_size, budget)
    target = b""
    if stat.S_ISLNK(info.external_attr >> 16):
        target = reader.peek(4096)[:4096]
    return Member(info.filename, target=target.decode("utf-8", "replace"), stream=reader)


def _open_rest(file: io.BufferedIOBase, archive: zipfile.ZipFile) -> Iterator[Member]:
    """Yield the data outside of the members: a program, unlisted members, comments."""
    notes = [archive.comment]
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if info.header_offset < end:
            message = "members overlap"
            raise zipfile.BadZipFile(message)
        if info.header_offset - end > _MAX_DESCRIPTOR_BYTES or not end:
            yield from _open_range(file, end, info.header_offset)
        file.seek(info.header_offset + 26)
        name, extra = struct.unpack("<HH", file.read(4))
        file.seek(name, io.SEEK_CUR)
        notes += [info.comment, info.extra, file.read(extra)]
        end = info.header_offset + 30 + name + extra + info.compress_size
    yield from _open_range(file, end, archive.start_dir)
    file.seek(0, io.SEEK_END)
    tail, start = _read_tail(file)
    yield from _open_range(file, start + tail.rfind(_END) + 22 + len(archive.comment), file.tell())
    if comments := b"\n".join(filter(None, notes)):
        yield Member("(comment)", stream=io.BytesIO(comments))


def _open_range(file: io.BufferedIOBase, start: int, end: int) -> Iterator[Member]:
    if start >= end:
        return
    position = start

    def read(size: int) -> bytes:
        nonlocal position
        file.seek(position)
        data = file.read(min(size, end - position))
        position += len(data)
        return data

    name = f"(between members, at byte {start})" if start else "(before the archive)"
    yield Member(name, stream=buffer(CountingReader(read)))


def _check_directory(file: io.BufferedIOBase) -> None:
    """Raise LimitError if the central directory needs too much memory."""
    tail, _start = _read_tail(file)
    end = tail.rfind(_END)
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    if size == _IN_ZIP64:
        record = end - 20 - 56  # the zip64 end record, followed by its locator
        size = int.from_bytes(tail[record + 40 : record + 48], "little")
    if size > _MAX_DIRECTORY_BYTES:
        message = f"contains more than {_MAX_DIRECTORY_BYTES >> 20} MiB of names"
        raise LimitError(message)


def _read_tail(file: io.BufferedIOBase) -> tuple[bytes, int]:
    """Return the last bytes of a file, which hold the end record, and their position."""
    size = file.seek(0, io.SEEK_END)
    start = file.seek(max(0, size - _MAX_TAIL_BYTES - 76))
    return file.read(), start


def _make_seekable(stream: io.BufferedIOBase) -> io.BufferedIOBase:
    if stream.seekable():
        return stream
    spooled = make_spool()
    while chunk := stream.read(MEBIBYTE):
        spooled.write(chunk)
    spooled.seek(0)
    return spooled
