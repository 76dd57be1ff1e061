"""The inodes and directories of SquashFS 4.0."""

import struct
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_COMMON: Final = struct.Struct("<HHHHII")
_DIRECTORIES: Final = {1: struct.Struct("<IIHHI"), 8: struct.Struct("<IIIIHHI")}
_FILES: Final = {2: struct.Struct("<IIII"), 9: struct.Struct("<QQQIIII")}
_LINKS: Final = {3: struct.Struct("<II"), 10: struct.Struct("<II")}
_OTHERS: Final = {4: 8, 5: 8, 6: 4, 7: 4, 11: 12, 12: 12, 13: 8, 14: 8}
_INDEX: Final = struct.Struct("<III")
_RUN: Final = struct.Struct("<III")
_ENTRY: Final = struct.Struct("<HhHH")
_EXTENDED_DIRECTORY: Final = 8
_EXTENDED_LINK: Final = 10
NO_FRAGMENT: Final = 0xFFFF_FFFF
_MAX_PATH_PARTS: Final = 128
_EMPTY_BYTES: Final = 3  # the size of an empty directory


class Inode(NamedTuple):
    """A file, link, directory or device.

    Attributes:
        number: The number by which directories name it.
        is_file: Whether it has content.
        size: The size of the content of a file, or of the list of a directory.
        start: The position of the first block of a file, or the block of a directory.
        blocks: The stored size of each block of a file.
        fragment: The index of the fragment with the end of a file.
        offset: The position in the fragment, or in the block of a directory.
        target: The target of a link.
        is_directory: Whether it is a directory.
    """

    number: int
    is_file: bool = False
    size: int = 0
    start: int = 0
    blocks: tuple[int, ...] = ()
    fragment: int = NO_FRAGMENT
    offset: int = 0
    target: bytes = b""
    is_directory: bool = False


def list_inodes(table: bytes, block_log: int) -> Iterator[Inode]:
    """Yield the inodes of a table.

    Raises:
        DAMAGED: an inode is malformed.
    """
    place = 0
    while place < len(table):
        kind, _mode, _uid, _gid, _time, number = _COMMON.unpack_from(table, place)
        place += _COMMON.size
        if kind in _FILES:
            inode, place = _read_file(kind, number, table, place, block_log)
        elif kind in _DIRECTORIES:
            inode, place = _read_directory(kind, number, table, place)
        elif kind in _LINKS:
            _links, size = _LINKS[kind].unpack_from(table, place)
            place += _LINKS[kind].size
            inode = Inode(number, target=table[place : place + size])
            place += size + (4 if kind == _EXTENDED_LINK else 0)
        else:
            inode, place = Inode(number), place + _OTHERS[kind]
        yield inode


def _read_file(
    kind: int, number: int, table: bytes, place: int, block_log: int
) -> tuple[Inode, int]:
    fields = _FILES[kind].unpack_from(table, place)
    place += _FILES[kind].size
    if len(fields) == 4:  # noqa: PLR2004  # the basic form
        start, fragment, offset, size = fields
    else:
        start, size, _holes, _links, fragment, offset, _attributes = fields
    count = size >> block_log
    if fragment == NO_FRAGMENT and size & ((1 << block_log) - 1):
        count += 1
    if count > (len(table) - place) // 4:
        raise EOFError
    blocks = struct.unpack_from(f"<{count}I", table, place)
    inode = Inode(number, is_file=True, size=size, start=start, blocks=blocks,
                  fragment=fragment, offset=offset)  # fmt: skip
    return inode, place + 4 * count


def _read_directory(kind: int, number: int, table: bytes, place: int) -> tuple[Inode, int]:
    fields = _DIRECTORIES[kind].unpack_from(table, place)
    place += _DIRECTORIES[kind].size
    if kind == _EXTENDED_DIRECTORY:
        _links, size, start, _parent, indexes, offset, _attributes = fields
        for _ in range(indexes):
            place += _INDEX.size + 1 + _INDEX.unpack_from(table, place)[2]
    else:
        start, _links, size, offset, _parent = fields
    return Inode(number, is_directory=True, size=size, start=start, offset=offset), place


def list_paths(inodes: list[Inode], table: bytes, positions: Mapping[int, int]) -> dict[int, str]:
    """Return the path of each inode that a directory names, by its number.

    Args:
        inodes: All inodes.
        table: The table of directories.
        positions: The position in the table of each of its blocks, by the block's start.
    """
    entries: dict[int, tuple[int, str]] = {}
    for inode in inodes:
        if inode.is_directory and inode.size > _EMPTY_BYTES:
            start = positions[inode.start] + inode.offset
            for number, name in _list_entries(table[start : start + inode.size - _EMPTY_BYTES]):
                entries.setdefault(number, (inode.number, name))
    return {number: _join(number, entries) for number in entries}


def _list_entries(listing: bytes) -> Iterator[tuple[int, str]]:
    """Yield the number and the name of each entry of a directory."""
    place = 0
    while place < len(listing):
        count, _start, base = _RUN.unpack_from(listing, place)
        place += _RUN.size
        for _ in range(count + 1):
            _offset, delta, _kind, size = _ENTRY.unpack_from(listing, place)
            place += _ENTRY.size
            name = listing[place : place + size + 1].decode("utf-8", "replace")
            place += size + 1
            yield base + delta, name


def _join(number: int, entries: Mapping[int, tuple[int, str]]) -> str:
    parts: list[str] = []
    while number in entries and len(parts) < _MAX_PATH_PARTS:
        number, name = entries[number]
        parts.append(name)
    return "/".join(reversed(parts))
