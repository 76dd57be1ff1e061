"""Archives: recognised by their content, opened member by member, never unpacked by name."""

import bz2
import gzip
import importlib.util
import io
import lzma
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final, cast

from separation.limits import MEBIBYTE, Budget, CountingReader, ExpandedReader, buffer

DAMAGED: Final = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    OSError,
)
"""What reading an archive raises when it is damaged."""

Opener = Callable[[io.BufferedReader], io.BufferedIOBase]

_BLOCK: Final = 512
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_TAIL: Final = 65_557  # the end record and the longest comment behind it
_ENCRYPTED: Final = 1
_SPOOLED: Final = 32 << 20
_BZIP2: Final = b"BZh"
_COMPRESSIONS: Final[dict[bytes, Opener]] = {
    b"\x1f\x8b\x08": lambda packed: gzip.GzipFile(fileobj=packed),
    _BZIP2: bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
_BZIP2_BLOCK: Final = b"1AY&SY"  # at byte 4: a text may begin like the rest
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_OPAQUE: Final = {
    _ZSTANDARD: "Zstandard (Python 3.14 and later can open it)",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
    b"MSCF\0\0\0\0": "CAB",
    b"hsqs": "SquashFS",
    b"\xed\xab\xee\xdb": "RPM",
    b"xar!": "xar",
}
_AR: Final = b"!<arch>\n"
_AR_HEADER: Final = 60
LONGEST_HEAD: Final = _BLOCK


class OpaqueError(Exception):
    """An archive or a member that cannot be looked into; the message says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    Attributes:
        name: As the archive has it; empty for the content of a compressed file.
        target: Where it points, for a link.
        stream: Its content; to be read before the next member is asked for. None without content.
        problem: Why its content cannot be read.
    """

    name: str
    target: str = ""
    stream: io.BufferedIOBase | None = None
    problem: str = ""


def is_archive(head: bytes, tail: bytes = b"") -> bool:
    """Tell whether a file with this beginning (and end, where known) is an archive."""
    return (
        _find_compression(head) is not None
        or _find_opaque(head) is not None
        or head.startswith((b"PK\x03\x04", _AR))
        or (_ZIP_END in tail[-_ZIP_TAIL:] and _is_zip(tail))
        or _is_tar(head)
    )


def open_archive(head: bytes, stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    """Yield the members of an archive.

    Args:
        head: The first `LONGEST_HEAD` bytes of *stream*.
        stream: The whole archive, from its beginning; need not be seekable.
        budget: What the artefact has left of the limits.

    Raises:
        LimitError: it goes past a limit, also when a member's stream is read.
        OpaqueError: this kind cannot be opened.
        DAMAGED: it is damaged.
    """
    if (compression := _find_compression(head)) is not None:
        packed = CountingReader(stream.read)
        unpacked = cast("IO[bytes]", compression(buffer(packed)))
        yield Member("", stream=_limit(unpacked, packed, budget))
    elif (kind := _find_opaque(head)) is not None:
        message = f"is an archive that this check cannot open: {kind}"
        raise OpaqueError(message)
    elif _is_tar(head):
        yield from _open_tar(stream, budget)
    elif head.startswith(_AR):
        yield from _open_ar(stream, budget)
    else:
        yield from _open_zip(stream, budget)


def _find_compression(head: bytes) -> Opener | None:
    for magic, opener in _COMPRESSIONS.items():
        if head.startswith(magic) and (magic != _BZIP2 or head[4:10] == _BZIP2_BLOCK):
            return opener
    if head.startswith(_ZSTANDARD) and importlib.util.find_spec("compression"):
        module = importlib.import_module("compression.zstd")
        return cast("Opener", module.ZstdFile)
    return None


def _find_opaque(head: bytes) -> str | None:
    return next((kind for magic, kind in _OPAQUE.items() if head.startswith(magic)), None)


def _is_zip(data: bytes) -> bool:
    try:
        zipfile.ZipFile(io.BytesIO(data)).close()
    except (*DAMAGED, ValueError, NotImplementedError):
        return False
    return True


def _is_tar(head: bytes) -> bool:
    if len(head) < _BLOCK or not any(head):
        return False
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")  # compares the checksum
    except tarfile.HeaderError:
        return False
    return True


def _open_tar(stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r|", errorlevel=1) as archive:
        for info in archive:
            budget.count_member()
            content = archive.extractfile(info) if info.isreg() else None
            archive.members = []  # type: ignore[attr-defined]  # else it remembers every one
            if content is None:
                yield Member(info.name, target=info.linkname)
            else:
                yield Member(info.name, stream=_limit(content, info.size, budget))


def _open_ar(stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    """Yield the members of a Debian package or a static library (ar(5), deb(5))."""
    stream.read(len(_AR))
    while header := stream.read(_AR_HEADER):
        budget.count_member()
        if not header.endswith(b"`\n") or not header[48:58].strip().isdigit():
            raise EOFError
        content = _Part(stream, size=int(header[48:58]))
        yield Member(header[:16].decode("latin-1").rstrip(" /"), stream=buffer(content))
        content.skip()


class _Part(CountingReader):
    """The next *size* bytes of a stream, and the byte that fills them up to an even number."""

    def __init__(self, stream: io.BufferedIOBase, *, size: int) -> None:
        super().__init__(lambda wanted: stream.read1(min(wanted, size - self.count)))
        self._stream = stream
        self._size = size

    def skip(self) -> None:
        """Move the stream to what follows.

        Raises:
            EOFError: the stream ended before.
        """
        while self.read(MEBIBYTE):
            pass
        if self.count < self._size:
            raise EOFError
        self._stream.read(self._size % 2)


def _open_zip(stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    with _make_seekable(stream) as file, zipfile.ZipFile(file) as archive:
        yield from _open_zip_margins(file, archive)
        for info in archive.infolist():
            budget.count_member()
            if info.is_dir():
                yield Member(info.filename)
            elif info.flag_bits & _ENCRYPTED:
                yield Member(info.filename, problem="is encrypted")
            else:
                yield _open_zip_member(archive, info, budget)


def _open_zip_margins(file: io.BufferedIOBase, archive: zipfile.ZipFile) -> Iterator[Member]:
    """Yield what surrounds the members: a program before them, a comment behind them."""
    if first := min((info.header_offset for info in archive.infolist()), default=0):
        file.seek(0)
        yield Member("(before the archive)", stream=io.BytesIO(file.read(first)))
    if archive.comment:
        yield Member("(comment)", stream=io.BytesIO(archive.comment))


def _open_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Member:
    try:
        content = archive.open(info)
    except NotImplementedError as error:
        return Member(info.filename, problem=f"cannot be unpacked: {error}")
    reader = _limit(content, info.compress_size, budget)
    if stat.S_ISLNK(info.external_attr >> 16):
        return Member(info.filename, target=reader.read(4096).decode("utf-8", "replace"))
    return Member(info.filename, stream=reader)


def _limit(content: IO[bytes], packed: CountingReader | int, budget: Budget) -> io.BufferedReader:
    # Whatever these libraries open is buffered, and read1 gives what there is before a fault.
    return buffer(ExpandedReader(cast("io.BufferedIOBase", content).read1, packed, budget))


def _make_seekable(stream: io.BufferedIOBase) -> io.BufferedIOBase:
    if stream.seekable():
        return stream
    spooled = cast("io.BufferedIOBase", tempfile.SpooledTemporaryFile(_SPOOLED))  # noqa: SIM115  # the caller closes it
    while chunk := stream.read(1 << 20):
        spooled.write(chunk)
    spooled.seek(0)
    return spooled
