"""Members of a zip archive, each described by its local header and by the directory.

Each member is unpacked to the end of its data, whatever its stated size and checksum are.
"""

import io
import stat
import struct
import zipfile
from collections.abc import Generator
from typing import Final, NamedTuple

from separation.archives.codecs import BZIP2, DEFLATE, XZ, ZIP_LZMA, ZSTANDARD
from separation.archives.compressions import Unpacker
from separation.archives.limits import Budget, ExpandedReader, buffer
from separation.archives.members import DAMAGE, Member
from separation.archives.sources import Source, make_range_reader

START: Final = b"PK\x03\x04"
MAX_DESCRIPTOR_BYTES: Final = 24
_MAX_TARGET_BYTES: Final = 4096
_ENCRYPTED: Final = 1
_UTF_8: Final = 0x800
_LOCAL: Final = struct.Struct("<4s2xHH8xI4xHH")
_CODECS: Final = {
    zipfile.ZIP_DEFLATED: DEFLATE,
    zipfile.ZIP_BZIP2: BZIP2,
    zipfile.ZIP_LZMA: ZIP_LZMA,
    20: ZSTANDARD,
    93: ZSTANDARD,
    95: XZ,
}


class Entry(NamedTuple):
    """A local header.

    Attributes:
        header: The position of the header.
        name: The name of the member.
        flags: The flags.
        method: The compression method.
        stored: The size of the packed data, which may be wrong.
        extra: The extra field.
        start: The position of the packed data.
    """

    header: int
    name: str
    flags: int
    method: int
    stored: int
    extra: bytes
    start: int


def read_entry(file: io.BufferedIOBase, offset: int) -> Entry:
    """Read the local header at byte *offset*.

    Raises:
        BadZipFile: there is none.
        struct.error: it is cut off.
    """
    file.seek(offset)
    magic, flags, method, stored, name_size, extra_size = _LOCAL.unpack(file.read(_LOCAL.size))
    if magic != START:
        message = f"no local header at byte {offset}"
        raise zipfile.BadZipFile(message)
    name = file.read(name_size).decode("utf-8" if flags & _UTF_8 else "cp437", "replace")
    extra = file.read(extra_size)
    start = offset + _LOCAL.size + name_size + extra_size
    return Entry(offset, name, flags, method, stored, extra, start)


def open_entry(
    file: io.BufferedIOBase,
    entry: Entry,
    info: zipfile.ZipInfo | None,
    limit: int,
    budget: Budget,
) -> Generator[Member, None, tuple[int, bool]]:
    """Yield the member *entry*, which the directory describes by *info*, if it lists it.

    Its data ends before *limit*. Where the two descriptions differ, both apply.

    Returns:
        The end of its data, and whether none of it is missing.
    """
    budget.count_member()
    methods = {entry.method}
    if info is not None:
        methods.add(info.compress_type)
        if info.orig_filename != entry.name:
            yield Member(entry.name)
        entry = entry._replace(
            name=info.filename, stored=info.compress_size, flags=entry.flags | info.flag_bits
        )
    end = min(entry.start + entry.stored, limit)
    if entry.flags & _ENCRYPTED:
        yield Member(entry.name, problem="is encrypted")
        return end, True
    is_short = limit - entry.start <= MAX_DESCRIPTOR_BYTES
    if not entry.stored and (is_short or methods == {zipfile.ZIP_STORED}):
        yield Member(entry.name)
        return end, True
    ends, is_whole = [], True
    for method in methods:
        if method == zipfile.ZIP_STORED:
            read = make_range_reader(file, entry.start, end)
            yield _make_member(entry, info, ExpandedReader(read, entry.stored, budget))
            ends.append(end)
        elif method in _CODECS:
            end_of_data, is_good = yield from _unpack(file, entry, method, info, limit, budget)
            ends.append(end_of_data)
            is_whole = is_whole and is_good
        else:
            problem = f"cannot be unpacked: it has the compression {method}"
            yield Member(entry.name, problem=problem)
    return max(ends, default=end), is_whole


def _unpack(
    file: io.BufferedIOBase,
    entry: Entry,
    method: int,
    info: zipfile.ZipInfo | None,
    limit: int,
    budget: Budget,
) -> Generator[Member, None, tuple[int, bool]]:
    source = Source(make_range_reader(file, entry.start, limit))
    unpacker = Unpacker(source, _CODECS[method], set())
    yield _make_member(entry, info, ExpandedReader(unpacker.unpack, source, budget))
    if isinstance(unpacker.fault, EOFError):
        yield Member(entry.name, problem=DAMAGE)
    return entry.start + source.count, unpacker.fault is None


def _make_member(entry: Entry, info: zipfile.ZipInfo | None, unpacked: ExpandedReader) -> Member:
    reader, target = buffer(unpacked), b""
    if info is not None and stat.S_ISLNK(info.external_attr >> 16):
        target = reader.peek(_MAX_TARGET_BYTES)[:_MAX_TARGET_BYTES]
    return Member(entry.name, target=target.decode("utf-8", "replace"), stream=reader)
