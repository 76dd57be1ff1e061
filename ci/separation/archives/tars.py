"""Tar archives in the pax, GNU and older formats, read as a stream."""

import io
import tarfile
from collections.abc import Iterator
from typing import IO, Final, cast

from separation.archives.limits import MAX_EXPANDED_BYTES, MEBIBYTE, Budget, CountingReader, buffer
from separation.archives.members import Member, limit, rejoin

BLOCK_BYTES: Final = 512
_MAX_EXTENSION_BYTES: Final = MEBIBYTE
_EXTENSIONS: Final = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
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


def is_tar(head: bytes) -> bool:
    """Return whether *head* starts with the header of a member."""
    if len(head) < BLOCK_BYTES or not any(head):
        return False
    try:
        # Parsing the header compares its checksum.
        tarfile.TarInfo.frombuf(head[:BLOCK_BYTES], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def open_tar(stream: io.BufferedIOBase, budget: Budget) -> Iterator[Member]:
    """Yield the members, then any data after the end of the archive."""
    with tarfile.open(
        fileobj=stream, mode="r|", errorlevel=1, tarinfo=_StrictHeader, bufsize=BLOCK_BYTES * 128
    ) as archive:
        for info in archive:
            budget.count_member()
            if archive.offset > MAX_EXPANDED_BYTES:  # tarfile would read up to there
                message = f"the next member at byte {archive.offset}"
                raise tarfile.ReadError(message)
            content = archive.extractfile(info) if _has_content(info) else None
            archive.members = []  # type: ignore[attr-defined]  # otherwise tarfile keeps all members
            if content is None:
                yield Member(info.name, target=info.linkname)
            else:
                yield Member(info.name, stream=limit(content, _count_stored(info), budget))
            yield from _open_headers(info)
        yield from _open_rest(archive)


def _has_content(info: tarfile.TarInfo) -> bool:
    """Return whether it is a file. Tar programs also unpack members of unknown types as files."""
    return info.isreg() or info.type not in tarfile.SUPPORTED_TYPES


def _count_stored(info: tarfile.TarInfo) -> int:
    segments = cast("list[tuple[int, int]] | None", info.sparse)  # the type stubs are wrong
    return info.size if segments is None else sum(size for _offset, size in segments)


def _open_headers(info: tarfile.TarInfo) -> Iterator[Member]:
    """Yield the extended attributes and comments in the pax headers of a member."""
    values = [value for key, value in info.pax_headers.items() if key not in _ORDINARY_HEADERS]
    if values:
        text = "\n".join(values).encode("utf-8", "surrogateescape")
        yield Member(f"{info.name}!(pax headers)", stream=io.BytesIO(text))


def _open_rest(archive: tarfile.TarFile) -> Iterator[Member]:
    """Yield the data after the end of the archive, which most readers ignore."""
    stream = buffer(CountingReader(cast("IO[bytes]", archive.fileobj).read))
    while chunk := stream.read(BLOCK_BYTES * 128):
        if rest := chunk.lstrip(b"\0"):
            start = (len(chunk) - len(rest)) // BLOCK_BYTES * BLOCK_BYTES
            yield Member("(behind the archive)", stream=rejoin(chunk[start:], stream))
            return
