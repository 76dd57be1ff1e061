"""Programs of PyInstaller: the archive behind the executable, and the archive of modules in it.

Spec: CArchive and ZlibArchive in the documentation of PyInstaller ("Advanced Topics")
"""

import importlib.util
import io
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Final

from separation.archives import marshalled
from separation.archives.codecs import ZLIB, starts_zlib
from separation.archives.compressions import Unpacker
from separation.archives.limits import Budget, CountingReader, ExpandedReader, buffer
from separation.archives.members import DAMAGE, Member, SalvagedError
from separation.archives.sources import Source, make_range_reader, make_seekable

COOKIE: Final = b"MEI\x0c\x0b\x0a\x0b\x0e"
_COOKIE: Final = struct.Struct(">8sIIII64s")
_ENTRY: Final = struct.Struct(">IIIIBc")
_MAX_TOC_BYTES: Final = 64 << 20
_MODULES: Final = struct.Struct(">4s4sI")
_MODULES_MAGIC: Final = b"PYZ\0"
_BYTECODE: Final = (b"m", b"M", b"s")
_PACKAGES: Final = (1, 3)
_UNKNOWN_VERSION: Final = b"\0\0\r\n"


def find_range(file: io.BufferedIOBase, cookie: int) -> tuple[int, int] | None:
    """Return the start and the end of the archive whose cookie is at byte *cookie*.

    Returns:
        None if the magic number is a coincidence.
    """
    file.seek(cookie)
    record = file.read(_COOKIE.size)
    if len(record) < _COOKIE.size:
        return None
    _magic, size, toc, toc_size, _version, _library = _COOKIE.unpack(record)
    end = cookie + _COOKIE.size
    return (end - size, end) if toc + toc_size <= size <= end and toc_size else None


def open_pyinstaller(
    stream: io.BufferedIOBase, budget: Budget, _starts: set[int]
) -> Iterator[Member]:
    """Yield the files, the scripts and the modules.

    Args:
        stream: The archive from its start to its cookie.
        budget: The remaining limits of the artefact.

    Raises:
        DAMAGED: the table of contents is damaged.
    """
    with make_seekable(stream) as file:
        file.seek(-_COOKIE.size, io.SEEK_END)
        _magic, _size, toc, toc_size, version, _library = _COOKIE.unpack(file.read())
        is_ours = version == 100 * sys.version_info.major + sys.version_info.minor
        header = (importlib.util.MAGIC_NUMBER if is_ours else _UNKNOWN_VERSION) + bytes(12)
        file.seek(toc)
        table, place = file.read(min(toc_size, _MAX_TOC_BYTES)), 0
        while place < len(table):
            size, start, stored, _unpacked, is_packed, kind = _ENTRY.unpack_from(table, place)
            if size <= _ENTRY.size:
                raise EOFError
            text = table[place + _ENTRY.size : place + size].rstrip(b"\0")
            name = text.decode("utf-8", "replace")
            place += size
            read = make_range_reader(file, start, start + stored)
            lead = header if kind in _BYTECODE else b""
            yield from _open_entry(name, read, stored if is_packed else 0, lead, budget)


def is_modules(head: bytes) -> bool:
    """Return whether *head* begins an archive of modules."""
    return head.startswith(_MODULES_MAGIC)


def open_modules(stream: io.BufferedIOBase, budget: Budget, _starts: set[int]) -> Iterator[Member]:
    """Yield the modules, with a header that makes them bytecode files.

    Raises:
        DAMAGED: the table of contents is damaged.
    """
    with make_seekable(stream) as file:
        _magic, version, toc = _MODULES.unpack(file.read(_MODULES.size))
        file.seek(toc)
        for name, (kind, start, stored) in marshalled.Reader(file.read(_MAX_TOC_BYTES)).read():
            path = name.replace(".", "/") + ("/__init__" if kind in _PACKAGES else "")
            folder, _, stem = path.rpartition("/")
            path = f"{folder}/__pycache__/{stem}.pyinstaller.pyc".lstrip("/")
            read = make_range_reader(file, start, start + stored)
            yield from _open_entry(path, read, stored, version + bytes(12), budget)


def _open_entry(
    name: str, read: Callable[[int], bytes], packed: int, lead: bytes, budget: Budget
) -> Iterator[Member]:
    """Yield an entry of *packed* bytes, or of unpacked ones, with *lead* in front of it."""
    budget.count_member()
    source = Source(read)
    if not packed:
        yield Member(name, stream=_put_before(lead, CountingReader(source.read)))
        return
    if not starts_zlib(source.peek(2)):
        yield Member(name, problem=DAMAGE)  # old versions could encrypt it
        return
    unpacker = Unpacker(source, ZLIB, set())
    yield Member(name, stream=_put_before(lead, ExpandedReader(unpacker.unpack, source, budget)))
    try:
        unpacker.check()
    except (EOFError, SalvagedError):
        yield Member(name, problem=DAMAGE)


def _put_before(lead: bytes, content: io.RawIOBase) -> io.BufferedReader:
    first = io.BytesIO(lead)
    return buffer(CountingReader(lambda size: first.read(size) or content.read(size) or b""))
