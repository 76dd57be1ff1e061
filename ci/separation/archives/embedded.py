"""Archives inside of other files: behind scripts and executables, in disk images and PDF files."""

import io
import struct
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from separation.archives import pyinstaller, zips
from separation.archives.codecs import BZIP2, GZIP, XZ, ZLIB, ZSTANDARD, is_zlib
from separation.archives.compressions import open_compressed
from separation.archives.formats import MAX_HEAD_BYTES, Format, Open, is_plain_text, refuse
from separation.archives.limits import CountingReader, LimitError, buffer
from separation.archives.opaque import find_embedded_opaque
from separation.archives.sources import make_range_reader
from separation.archives.squashfs import is_squashfs, measure_squashfs, open_squashfs
from separation.archives.tars import is_tar, open_tar

_BZIP2: Final = b"1AY&SY"
_CODECS: Final = {
    b"\x1f\x8b\x08": GZIP,
    b"\xfd7zXZ\0\0": XZ,
    b"\x28\xb5\x2f\xfd": ZSTANDARD,
    _BZIP2: BZIP2,
}
_SQUASHFS: Final = b"hsqs"
_TAR: Final = b"ustar"
_DISK_IMAGE: Final = b"koly\0\0\0\4\0\0\2\0"
_OPAQUE: Final = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"MSCF\0\0\0\0")
_PLACES: Final = {_BZIP2: 4, _TAR: 257}
"""The position of the magic number in the archive, where it is not the start."""

_ZIP_END: Final = zips.END + bytes(4)  # longer strings are found faster; no zip has several parts
_OUTER_MAGICS: Final = (_BZIP2, _SQUASHFS)
"""Those that are not searched inside of a program, but behind it."""

_MAGICS: Final = (*(_CODECS.keys() - {_BZIP2}), _ZIP_END)
_EDGE_MAGICS: Final = (_TAR, _DISK_IMAGE, *_OPAQUE, pyinstaller.COOKIE)
"""Those of archives that begin soon after a program or script, or end with the file. They are not
searched inside of a program, either."""

_ELF: Final = struct.Struct("<5s35xQ10xHH")
_ELF_64: Final = b"\x7fELF\2"

_PDF: Final = b"%PDF-"
_PDF_STREAMS: Final = (b"stream\r\n", b"stream\n")
_MAX_CANDIDATES: Final = 100_000


class Embedded(NamedTuple):
    """An archive inside of another file.

    Attributes:
        name: Where it is.
        format: Its format.
        stream: The archive, from its start.
        starts: Receives the positions at which it could also begin.
    """

    name: str
    format: Format
    stream: io.BufferedReader
    starts: set[int]


class Finder:
    """Finds the archives in a file that is read window by window."""

    def __init__(self) -> None:
        self._is_pdf = False
        self._end_of_program = 0
        self._candidates: dict[int, bytes] = {}

    def feed(self, window: bytes, start: int, *, is_edge: bool) -> None:
        """Search a window that begins at byte *start* of the file.

        Args:
            window: The bytes.
            start: Their position.
            is_edge: Whether it is the first or the last window.
        """
        if is_plain_text(window) or len(self._candidates) > _MAX_CANDIDATES:
            return
        if not start:
            self._is_pdf = window.startswith(_PDF)
            self._end_of_program = _find_end_of_program(window)
        for magic in (*_MAGICS, *_PDF_STREAMS * self._is_pdf):
            self._search(window, start, magic, 0)
        for magic in _OUTER_MAGICS + _EDGE_MAGICS * is_edge:
            self._search(window, start, magic, self._end_of_program)

    def _search(self, window: bytes, start: int, magic: bytes, first: int) -> None:
        """Add the places of *magic* from byte *first* of the file on."""
        place = window.find(magic, max(0, first - start))
        while place >= 0:
            self._candidates[start + place] = magic
            place = window.find(magic, place + 1)

    def list_archives(self, file: io.BufferedIOBase) -> Iterator[Embedded]:
        """Yield each archive in *file*. Read it before the next one.

        Raises:
            LimitError: there are too many magic numbers.
        """
        if not self._candidates:
            return
        if len(self._candidates) > _MAX_CANDIDATES:
            message = f"contains more than {_MAX_CANDIDATES:,} possible archives"
            raise LimitError(message)
        known: dict[Open, set[int]] = {}
        covered = 0  # up to here, an image is read by its own rules, or is a finding
        size = file.seek(0, io.SEEK_END)
        for place, magic in sorted(self._candidates.items()):
            if place < covered:
                continue
            found = _identify(file, place, magic, size)
            if found is None or found[0] in known.setdefault(found[2].open, set()):
                continue  # a coincidence, or an archive that an earlier one has read
            start, end, form = found
            if magic == _SQUASHFS:
                covered = end
            stream = buffer(CountingReader(make_range_reader(file, start, end)))
            starts: set[int] = set()
            yield Embedded("" if form == _ZIP else f"(at byte {start})", form, stream, starts)
            known[form.open].update(start + offset for offset in starts)


def _find_end_of_program(head: bytes) -> int:
    """Return the end of a 64-bit ELF file, which is its table of sections; 0 if unknown."""
    if not head.startswith(_ELF_64) or len(head) < _ELF.size:
        return 0
    _magic, table, size, count = _ELF.unpack_from(head)
    return table + size * count if table else 0


def _identify(
    file: io.BufferedIOBase, place: int, magic: bytes, size: int
) -> tuple[int, int, Format] | None:
    """Return the start, the end and the format of the archive with the magic number at *place*."""
    if magic in _RANGES:
        find_range, form = _RANGES[magic]
        found = find_range(file, place)
        return None if found is None else (*found, form)
    start = place + len(magic) if magic in _PDF_STREAMS else place - _PLACES.get(magic, 0)
    if start < 0:
        return None
    file.seek(start)
    head = file.read(MAX_HEAD_BYTES)
    if magic in _FORMATS:
        form = _FORMATS[magic]
        if not form.is_at(head):
            return None
        end = start + measure_squashfs(head) if magic == _SQUASHFS else size
        return start, min(end, size), form
    kind = "DMG" if magic == _DISK_IMAGE else find_embedded_opaque(head)
    return None if kind is None else (start, size, Format(bool, partial(refuse, kind)))


_ZIP: Final = Format(bool, zips.open_zip)
_RANGES: Final = {
    _ZIP_END: (zips.find_range, _ZIP),
    pyinstaller.COOKIE: (pyinstaller.find_range, Format(bool, pyinstaller.open_pyinstaller)),
}
_STREAM: Final = Format(is_zlib, partial(open_compressed, ZLIB), is_certain=False)
_FORMATS: Final = {
    **{
        magic: Format(codec.starts, partial(open_compressed, codec), is_certain=False)
        for magic, codec in _CODECS.items()
        if codec.starts is not None
    },
    _TAR: Format(is_tar, open_tar),
    _SQUASHFS: Format(is_squashfs, open_squashfs),
    **dict.fromkeys(_PDF_STREAMS, _STREAM),
}
