"""Zip archives: the members, and the bytes outside of the members.

If the central directory is damaged, the members are found by their local headers.
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Final

from separation.archives.limits import MEBIBYTE, Budget, CountingReader, LimitError, buffer
from separation.archives.members import DAMAGED, Member, OpaqueError, SalvagedError
from separation.archives.sources import find_bytes, make_range_reader, make_seekable
from separation.archives.zip_members import (
    MAX_DESCRIPTOR_BYTES,
    START,
    Entry,
    open_entry,
    read_entry,
)

END: Final = b"PK\x05\x06"
_DIRECTORY: Final = b"PK\x01\x02"
_MAX_TAIL_BYTES: Final = 65_557  # the end record and the longest comment after it
_MAX_DIRECTORY_BYTES: Final = 32 * MEBIBYTE
_IN_ZIP64: Final = 0xFFFF_FFFF
_END: Final = struct.Struct("<12xIIH")
_ZIP64_BYTES: Final = 56 + 20  # the zip64 end record and its locator
_MAX_METHOD: Final = 99


def is_zip(head: bytes, tail: bytes = b"") -> bool:
    """Return whether a file with this head (and tail, if known) is a zip archive."""
    return head.startswith(START) or (
        END in tail[-_MAX_TAIL_BYTES:] and _has_directory(io.BytesIO(tail))
    )


def _has_directory(file: io.BufferedIOBase) -> bool:
    """Return whether *file* has a central directory; the magic number may be a coincidence."""
    try:
        zipfile.ZipFile(file).close()
    except DAMAGED:
        return False
    return True


def find_range(file: io.BufferedIOBase, end: int) -> tuple[int, int] | None:
    """Return the start and the end of the archive whose end record is at byte *end*.

    Returns:
        None if the magic number is a coincidence.
    """
    file.seek(max(0, end - _ZIP64_BYTES))
    data = file.read(min(end, _ZIP64_BYTES) + _END.size)
    record = data[-_END.size :] if end else data
    if len(record) < _END.size or not record.startswith(END):
        return None
    size, offset, comment = _END.unpack(record)
    end_of_directory = end
    if _IN_ZIP64 in {size, offset} and end >= _ZIP64_BYTES:
        size, offset = struct.unpack_from("<QQ", data, 40)
        end_of_directory -= _ZIP64_BYTES
    start_of_directory = end_of_directory - size
    start = start_of_directory - offset
    if start < 0 or not size:
        return None
    file.seek(start_of_directory)
    is_directory = file.read(4) == _DIRECTORY
    return (start, end + _END.size + comment) if is_directory else None


def open_zip(stream: io.BufferedIOBase, budget: Budget, _starts: set[int]) -> Iterator[Member]:
    """Yield the members, the data between them, and the comments.

    Raises:
        OpaqueError: members overlap, as in bombs.
        SalvagedError: the archive is damaged, but all of its bytes were yielded.
    """
    with make_seekable(stream) as file:
        _check_directory(file)
        try:
            with zipfile.ZipFile(file) as archive:
                listed = sorted(archive.infolist(), key=lambda info: info.header_offset)
                _check_overlap(file, listed)
        except DAMAGED:
            yield from _open_unlisted(file, 0, file.seek(0, io.SEEK_END), budget, is_certain=True)
            raise SalvagedError from None
        else:
            yield from _open_listed(file, archive, listed, budget)


def _check_overlap(file: io.BufferedIOBase, listed: list[zipfile.ZipInfo]) -> None:
    end = 0
    for info in listed:
        entry = read_entry(file, info.header_offset)
        if info.header_offset < end:
            message = "contains members that overlap"
            raise OpaqueError(message)
        end = entry.start + info.compress_size


def _open_listed(
    file: io.BufferedIOBase, archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo], budget: Budget
) -> Iterator[Member]:
    notes = [archive.comment]
    end, is_whole = 0, True
    limits = [*(info.header_offset for info in listed[1:]), archive.start_dir]
    for info, limit in zip(listed, limits, strict=False):
        yield from _open_beside(file, end, info.header_offset, budget)
        entry = read_entry(file, info.header_offset)
        notes += [info.comment, info.extra, entry.extra]
        end, is_good = yield from open_entry(file, entry, info, limit, budget)
        is_whole = is_whole and is_good
    yield from _open_beside(file, end, archive.start_dir, budget)
    tail, start = _read_tail(file)
    end = start + tail.rfind(END) + 22 + len(archive.comment)
    yield from _open_gap(file, end, start + len(tail))
    if comments := b"\n".join(filter(None, notes)):
        yield Member("(comment)", stream=io.BytesIO(comments))
    if not is_whole:
        raise SalvagedError


def _open_beside(file: io.BufferedIOBase, start: int, end: int, budget: Budget) -> Iterator[Member]:
    """Yield data that belongs to no listed member, and the members in it that are not listed."""
    if end - start > MAX_DESCRIPTOR_BYTES:
        yield from _open_unlisted(file, start, end, budget, is_certain=False)
    else:
        yield from _open_gap(file, start, end)


def _open_unlisted(
    file: io.BufferedIOBase, start: int, end: int, budget: Budget, *, is_certain: bool
) -> Iterator[Member]:
    """Yield the bytes from *start* to *end*, and the members whose local headers lie there.

    Unless *is_certain*, a header may be a coincidence, such as a constant in a program. Its member
    is yielded if it can be unpacked, and its bytes as well.
    """
    place = start
    while (entry := _find_entry(file, place, end)) is not None:
        place = entry.header + len(START)
        members = open_entry(file, entry, None, end, budget)
        if is_certain:
            yield from _open_gap(file, start, entry.header)
            if entry.extra:
                yield Member("(comment)", stream=io.BytesIO(entry.extra))
            start, _is_whole = yield from members
            place = max(start, place)
        else:
            yield from (member for member in members if not member.problem)
    yield from _open_gap(file, start, end)


def _find_entry(file: io.BufferedIOBase, place: int, end: int) -> Entry | None:
    """Return the next local header between *place* and *end*."""
    while (found := find_bytes(file, START, place, end)) is not None:
        place = found + len(START)
        try:
            entry = read_entry(file, found)
        except struct.error:  # it is cut off
            return None
        if entry.method <= _MAX_METHOD and entry.start <= end:
            if entry.method == zipfile.ZIP_STORED and entry.stored in {0, _IN_ZIP64}:
                following = find_bytes(file, START, entry.start, end)
                entry = entry._replace(stored=(following or end) - entry.start)
            return entry
    return None


def _open_gap(file: io.BufferedIOBase, start: int, end: int) -> Iterator[Member]:
    """Yield data that belongs to no member, such as a program in front of the archive."""
    if end - start > (MAX_DESCRIPTOR_BYTES if start else 0):
        name = f"(between members, at byte {start})" if start else "(before the archive)"
        data = buffer(CountingReader(make_range_reader(file, start, end)))
        yield Member(name, stream=data, is_outside=True, is_remainder=True)


def _check_directory(file: io.BufferedIOBase) -> None:
    """Raise LimitError if the central directory needs too much memory."""
    tail, start = _read_tail(file)
    end = tail.rfind(END)
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    if size == _IN_ZIP64:
        record = end - 20 - 56  # the zip64 end record, followed by its locator
        size = int.from_bytes(tail[record + 40 : record + 48], "little")
    if _MAX_DIRECTORY_BYTES < size < start + len(tail):
        message = f"contains more than {_MAX_DIRECTORY_BYTES >> 20} MiB of names"
        raise LimitError(message)


def _read_tail(file: io.BufferedIOBase) -> tuple[bytes, int]:
    """Return the last bytes of a file, which hold the end record, and their position."""
    size = file.seek(0, io.SEEK_END)
    start = file.seek(max(0, size - _MAX_TAIL_BYTES - 76))
    return file.read(), start
