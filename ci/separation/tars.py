"""Tar archives, read as a stream: pax, GNU and older ones."""

import io
import tarfile
from collections.abc import Iterator
from typing import IO, Final, cast

from separation.limits import MAX_EXPANDED, MEBIBYTE, Budget, CountingReader, buffer
from separation.members import Member, join, limit

BLOCK: Final = 512
_LONGEST_EXTENSION: Final = MEBIBYTE
_EXTENSIONS: Final = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
_ORDINARY_HEADERS: Final = {"path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid"}


class _SoundHeader(tarfile.TarInfo):
    """A header that is what it should be.

    `tarfile` takes a damaged one for the end of the archive, so that nobody sees what follows, and
    reads a longer name or pax header into memory whatever its size.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_SoundHeader":
        try:
            header = super().frombuf(buf, encoding, errors)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]  # the stubs have none
            raise tarfile.ReadError(str(error)) from None
        if header.size < 0 or (header.type in _EXTENSIONS and header.size > _LONGEST_EXTENSION):
            message = f"size out of range: {header.size}"
            raise tarfile.ReadError(message)
        return header


def is_tar(head: bytes) -> bool:
    """Tell whether *head* begins with the header of a member."""
    if len(head) < BLOCK or not any(head):
        return False
    try:
        tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape")  # compares the checksum
    except tarfile.HeaderError:
        return False
    return True


def open_tar(stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    """Yield the members, then what stands behind the end."""
    with tarfile.open(
        fileobj=stream, mode="r|", errorlevel=1, tarinfo=_SoundHeader, bufsize=BLOCK * 128
    ) as archive:
        for info in archive:
            budget.count_member()
            if archive.offset > MAX_EXPANDED:  # tarfile would read as far, though nothing is there
                message = f"the next member at byte {archive.offset}"
                raise tarfile.ReadError(message)
            content = archive.extractfile(info) if _has_content(info) else None
            archive.members = []  # type: ignore[attr-defined]  # else it remembers every one
            if content is None:
                yield Member(info.name, target=info.linkname)
            else:
                yield Member(info.name, stream=limit(content, _count_stored(info), budget))
            yield from _open_headers(info)
        yield from _open_rest(archive)


def _has_content(info: tarfile.TarInfo) -> bool:
    """Tell whether it is a file: also of a type unknown, as all that unpack tar take it for one."""
    return info.isreg() or info.type not in tarfile.SUPPORTED_TYPES


def _count_stored(info: tarfile.TarInfo) -> int:
    segments = cast("list[tuple[int, int]] | None", info.sparse)  # the type stubs are wrong
    return info.size if segments is None else sum(size for _offset, size in segments)


def _open_headers(info: tarfile.TarInfo) -> Iterator[Member]:
    """Yield what else the pax headers of a member hold: extended attributes, comments."""
    values = [value for key, value in info.pax_headers.items() if key not in _ORDINARY_HEADERS]
    if values:
        text = "\n".join(values).encode("utf-8", "surrogateescape")
        yield Member(f"{info.name}!(pax headers)", stream=io.BytesIO(text))


def _open_rest(archive: tarfile.TarFile) -> Iterator[Member]:
    """Yield what stands behind the end: another archive, or anything; most readers ignore it."""
    stream = buffer(CountingReader(cast("IO[bytes]", archive.fileobj).read))
    while chunk := stream.read(BLOCK * 128):
        if content := chunk.lstrip(b"\0"):
            start = (len(chunk) - len(content)) // BLOCK * BLOCK
            yield Member("(behind the archive)", stream=join(chunk[start:], stream))
            return
