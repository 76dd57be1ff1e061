"""SquashFS 4.0 images, as in AppImages and snaps.

The libraries that read SquashFS unpack blocks of any size into memory, and see only files that a
directory lists. This reader unpacks the content of every inode, one block at a time.

Spec: Documentation/filesystems/squashfs.rst of Linux, and its squashfs_fs.h
"""

import io
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from separation.archives.codecs import ERRORS, Engine, Inflater, make_lzma, make_zstandard
from separation.archives.limits import Budget, CountingReader, ExpandedReader, LimitError, buffer
from separation.archives.members import Member, OpaqueError
from separation.archives.sources import make_range_reader, make_seekable
from separation.archives.squashfs_inodes import NO_FRAGMENT, Inode, list_inodes, list_paths

_MAGIC: Final = b"hsqs"
_SUPERBLOCK: Final = struct.Struct("<4s8xII6H8Q")
_BLOCK_LOGS: Final = range(12, 21)  # 4 KiB to 1 MiB
_METADATA_BYTES: Final = 8192
_MAX_METADATA_BYTES: Final = 256 << 20
_METADATA_IS_RAW: Final = 1 << 15
_DATA_IS_RAW: Final = 1 << 24
_NO_TABLE: Final = (1 << 64) - 1
_FRAGMENT: Final = struct.Struct("<QII")
_UNSUPPORTED: Final = {3: "LZO", 5: "LZ4"}


_ENGINES: Final[dict[int, Callable[[], Engine]]] = {
    1: lambda: Inflater(with_header=True),
    2: make_lzma,
    4: make_lzma,
    6: make_zstandard,
}


class _Header(NamedTuple):
    magic: bytes
    block_size: int
    fragment_count: int
    compression: int
    block_log: int
    flags: int
    id_count: int
    major: int
    minor: int
    root: int
    size: int
    ids: int
    attributes: int
    inodes: int
    directories: int
    fragments: int
    lookup: int


def is_squashfs(head: bytes) -> bool:
    """Return whether *head* begins a SquashFS 4.0 image."""
    if not head.startswith(_MAGIC) or len(head) < _SUPERBLOCK.size:
        return False
    header = _Header(*_SUPERBLOCK.unpack_from(head))
    return (
        (header.major, header.minor) == (4, 0)
        and header.block_log in _BLOCK_LOGS
        and header.block_size == 1 << header.block_log
        and header.size >= _SUPERBLOCK.size
    )


def measure_squashfs(head: bytes) -> int:
    """Return the size in bytes of the image that begins with *head*."""
    return _Header(*_SUPERBLOCK.unpack_from(head)).size


def open_squashfs(stream: io.BufferedIOBase, budget: Budget, _starts: set[int]) -> Iterator[Member]:
    """Yield the files, links and extended attributes, then any data behind the image.

    Raises:
        OpaqueError: the compression is not supported.
        DAMAGED: the image is damaged.
    """
    with make_seekable(stream) as file:
        image = _Image(file, budget)
        yield from image.list_members()
        end = file.seek(0, io.SEEK_END)
        if end > image.header.size:
            rest = buffer(CountingReader(make_range_reader(file, image.header.size, end)))
            yield Member("(behind the archive)", stream=rest, is_outside=True)


class _Image:
    """An image."""

    def __init__(self, file: io.BufferedIOBase, budget: Budget) -> None:
        self._file = file
        self._budget = budget
        self.header = _Header(*_SUPERBLOCK.unpack(file.read(_SUPERBLOCK.size)))
        if (kind := _UNSUPPORTED.get(self.header.compression)) is not None:
            message = f"is an archive of a format that this check cannot open: SquashFS with {kind}"
            raise OpaqueError(message)
        self._read_fragment = lru_cache(maxsize=8)(self._unpack_fragment)

    def list_members(self) -> Iterator[Member]:
        """Yield a member for each inode, and one for all extended attributes."""
        header = self.header
        table, _ = self._read_metadata(header.inodes, header.directories)
        inodes = list(list_inodes(table, header.block_log))
        listings, positions = self._read_metadata(header.directories, self._find_next_table())
        paths = list_paths(inodes, listings, positions)
        self._fragments = self._read_fragment_table()
        for inode in inodes:
            self._budget.count_member()
            name = paths.get(inode.number, f"(inode {inode.number})")
            if inode.is_file:
                yield Member(name, stream=self._open_file(inode))
            else:
                yield Member(name, target=inode.target.decode("utf-8", "replace"))
        if header.attributes != _NO_TABLE:
            start, count = struct.unpack("<QI4x", self._read(header.attributes, 16))
            end = self._read_pointers(header.attributes + 16, 1)[0] if count else start
            attributes, _ = self._read_metadata(start, end)
            yield Member("(extended attributes)", stream=io.BytesIO(attributes))

    def _open_file(self, inode: Inode) -> io.BufferedReader:
        stored = [size & ~_DATA_IS_RAW for size in inode.blocks]
        blocks = self._list_blocks(inode)
        rest = b""

        def read(size: int) -> bytes:
            nonlocal rest
            rest = rest or next(blocks, b"")
            data, rest = rest[:size], rest[size:]
            return data

        return buffer(ExpandedReader(read, sum(stored), self._budget))

    def _list_blocks(self, inode: Inode) -> Iterator[bytes]:
        """Yield the content of a file, block by block."""
        place, missing = inode.start, inode.size
        for stored in inode.blocks:
            size = min(missing, self.header.block_size)
            missing -= size
            if stored:
                yield self._unpack_data(place, stored)
                place += stored & ~_DATA_IS_RAW
            else:
                yield bytes(size)
        if inode.fragment != NO_FRAGMENT:
            yield self._read_fragment(inode.fragment)[inode.offset : inode.offset + missing]

    def _unpack_fragment(self, index: int) -> bytes:
        place, stored, _unused = self._fragments[index]
        data = self._unpack_data(place, stored)
        self._budget.count_expanded(len(data))
        return data

    def _unpack_data(self, place: int, stored: int) -> bytes:
        data = self._read(place, stored & ~_DATA_IS_RAW)
        return data if stored & _DATA_IS_RAW else self._unpack(data, self.header.block_size)

    def _read_fragment_table(self) -> list[tuple[int, int, int]]:
        size = self.header.fragment_count * _FRAGMENT.size
        if not size:
            return []
        pointers = self._read_pointers(self.header.fragments, -(-size // _METADATA_BYTES))
        table = b"".join(self._read_metadata_block(place)[0] for place in pointers)
        return list(islice(_FRAGMENT.iter_unpack(table), self.header.fragment_count))

    def _find_next_table(self) -> int:
        """Return the end of the directories, which is the first block of another table."""
        tables = [self.header.ids, self.header.lookup]
        if self.header.fragment_count:
            tables.append(self.header.fragments)
        return min(self._read_pointers(start, 1)[0] for start in tables if start != _NO_TABLE)

    def _read_pointers(self, place: int, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}Q", self._read(place, 8 * count))

    def _read_metadata(self, place: int, end: int) -> tuple[bytes, dict[int, int]]:
        """Return the content of the blocks up to *end*, and where each begins in the content."""
        first, content, positions = place, bytearray(), {}
        while place < end:
            positions[place - first] = len(content)
            data, place = self._read_metadata_block(place)
            content += data
            if len(content) > _MAX_METADATA_BYTES:
                message = f"contains more than {_MAX_METADATA_BYTES >> 20} MiB of metadata"
                raise LimitError(message)
        return bytes(content), positions

    def _read_metadata_block(self, place: int) -> tuple[bytes, int]:
        """Return the content of a block, and the position behind it."""
        size = int.from_bytes(self._read(place, 2), "little")
        data = self._read(place + 2, size & ~_METADATA_IS_RAW)
        if not size & _METADATA_IS_RAW:
            data = self._unpack(data, _METADATA_BYTES)
        self._budget.count_expanded(len(data))
        return data, place + 2 + (size & ~_METADATA_IS_RAW)

    def _read(self, place: int, size: int) -> bytes:
        """Read *size* bytes, which is at most the size of the image."""
        self._file.seek(place)
        data = self._file.read(min(size, self.header.size))
        if len(data) < size:
            raise EOFError
        return data

    def _unpack(self, data: bytes, max_size: int) -> bytes:
        try:
            return _ENGINES[self.header.compression]().decompress(data, max_size)
        except ERRORS as error:
            raise EOFError from error
