"""The files that variables name, read within limits.

Only regular files are read, so that no variable can make the guard wait, and up to a size. A file
that does not exist here, or may not be read, gives a program nothing to trust.
"""

from __future__ import annotations

import os
from stat import S_ISDIR, S_ISREG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final, TypeAlias

    Mark: TypeAlias = tuple[str, str]
    """The code of a finding, and its detail."""

MAX_FILE_BYTES: Final = 8 * 1024 * 1024
"""Limit of one file. The roots of a Linux distribution have 220 KB, those of macOS 1 MB."""
MAX_TOTAL_BYTES: Final = 32 * 1024 * 1024
"""Limit of all files of one search."""
MAX_FILES: Final = 5000
"""Limit of the entries of one directory. `/etc/ssl/certs` has 300, half of which are links."""

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
"""Without waiting for the writer of a named pipe."""


class UnjudgedFileError(Exception):
    """A file exists but cannot be searched; the message says why."""


class FileSearch:
    """A search of files, each of which is read once, whichever variables and links name it.

    Args:
        find: Returns the mark of the simulator in the content of a file; None if it has none.
    """

    def __init__(self, find: Callable[[bytes], Mark | None]) -> None:
        self._find = find
        self._left = MAX_TOTAL_BYTES
        self._results: dict[tuple[int, int], Mark | None] = {}

    def search(self, path: str) -> Mark | None:
        """Search the file *path*, or the files directly in the directory *path*.

        Raises:
            UnjudgedFileError: it is neither, or exceeds a limit.
        """
        try:
            status = os.stat(path)  # noqa: PTH116  # importing pathlib takes milliseconds
            names = os.listdir(path) if S_ISDIR(status.st_mode) else None  # noqa: PTH208  # see above
        except (OSError, ValueError):  # ValueError: a NUL character
            return None
        if names is None:
            return self._search_file(path, status)
        if len(names) > MAX_FILES:
            message = f"its directory has more than {MAX_FILES} entries"
            raise UnjudgedFileError(message)
        results = (self._search_entry(f"{path}/{name}") for name in names)
        return next(filter(None, results), None)

    def _search_entry(self, path: str) -> Mark | None:
        try:
            status = os.stat(path)  # noqa: PTH116  # see above
        except OSError:
            return None
        return self._search_file(path, status) if S_ISREG(status.st_mode) else None

    def _search_file(self, path: str, status: os.stat_result) -> Mark | None:
        identity = (status.st_dev, status.st_ino)
        if identity not in self._results:
            content = read_file(path) or b""
            self._left -= len(content)
            if self._left < 0:
                message = f"the files have more than {MAX_TOTAL_BYTES >> 20} MiB together"
                raise UnjudgedFileError(message)
            self._results[identity] = self._find(content)
        return self._results[identity]


def read_file(path: str) -> bytes | None:
    """Read a file; return None if it cannot be opened.

    Raises:
        UnjudgedFileError: it is not a regular file, or is larger than `MAX_FILE_BYTES`.
    """
    if path == os.devnull:
        return b""
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError):  # ValueError: a NUL character
        return None
    try:
        if not S_ISREG(os.fstat(descriptor).st_mode):
            message = "it is not a regular file"
            raise UnjudgedFileError(message)
        content = bytearray()
        while piece := os.read(descriptor, MAX_FILE_BYTES + 1 - len(content)):
            content += piece
            if len(content) > MAX_FILE_BYTES:
                message = f"its file is larger than {MAX_FILE_BYTES >> 20} MiB"
                raise UnjudgedFileError(message)
        return bytes(content)
    except OSError:
        return None
    finally:
        os.close(descriptor)
