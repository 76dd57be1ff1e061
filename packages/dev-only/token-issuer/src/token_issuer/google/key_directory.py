# DEV-ONLY: never ship to production.
"""The key files of an issuer: single files, and directories that are read again when they change.

A scan lists at most `MAX_KEY_FILES` files, and decodes only those that have changed since the last.
"""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from token_issuer.errors import KeyDirectoryError
from token_issuer.google.key_files import AccountKey, read_key_file
from token_issuer.keys.storage.os_errors import explain_os_errors

MAX_KEY_FILES: Final = 100
_SUFFIX: Final = ".json"


class _Version(NamedTuple):
    """The attributes of a file that change with its content; all are zero if it does not exist."""

    inode: int
    modified_ns: int
    size: int


class KeyFiles:
    """The keys of files, by the email of their account. Safe to use from several threads.

    Attributes:
        keys: The keys of each account, in the order of their files.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        """Register the files *paths*, and those in the directories among them; read none yet."""
        self.keys: Mapping[str, tuple[AccountKey, ...]] = {}
        self._paths = tuple(paths)
        self._known: dict[Path, tuple[_Version, AccountKey | KeyDirectoryError]] = {}
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Read the files that have changed.

        Raises:
            KeyDirectoryError: a changed file cannot be used; the others are known.
        """
        with self._lock:
            error = self._scan()
        if error is not None:
            raise error

    def _scan(self) -> KeyDirectoryError | None:
        """Bring the keys up to date, and return the first error of a changed file."""
        error: KeyDirectoryError | None = None
        found: dict[Path, tuple[_Version, AccountKey | KeyDirectoryError]] = {}
        try:
            for path, version in self._list():
                known = self._known.get(path)
                if known is not None and known[0] == version:
                    found[path] = known
                    continue
                entry = _read(path)
                found[path] = version, entry
                if error is None and isinstance(entry, KeyDirectoryError):
                    error = entry
        except KeyDirectoryError as problem:  # a directory has grown too large
            return problem
        grouped: dict[str, tuple[AccountKey, ...]] = {}
        for _, entry in found.values():
            if isinstance(entry, AccountKey):
                grouped[entry.email] = (*grouped.get(entry.email, ()), entry)
        self._known, self.keys = found, grouped
        return error

    def _list(self) -> Iterator[tuple[Path, _Version]]:
        """Yield the files and their versions.

        Raises:
            KeyDirectoryError: a directory cannot be listed, or there are too many files.
        """
        count = 0
        for path in self._paths:
            for file in self._expand(path):
                count += 1
                if count > MAX_KEY_FILES:
                    problem = f"expected at most {MAX_KEY_FILES} key files; remove some"
                    raise KeyDirectoryError(path, problem)
                yield file, _examine(file)

    @staticmethod
    def _expand(path: Path) -> Iterator[Path]:
        with _explain_errors(path):
            if not path.is_dir():
                yield path
                return
            with os.scandir(path) as entries:
                names = []
                for entry in entries:
                    if entry.name.endswith(_SUFFIX) and not entry.name.startswith("."):
                        names.append(entry.name)
                    if len(names) > MAX_KEY_FILES:
                        break
        yield from (path / name for name in sorted(names))


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    with explain_os_errors(path):
        try:
            yield
        except FileNotFoundError as error:
            problem = "does not exist; correct TOKEN_ISSUER_SERVICE_ACCOUNTS"
            raise KeyDirectoryError(path, problem) from error


def _examine(path: Path) -> _Version:
    """Return the version of a file. The target of a link may be missing: reading it tells why."""
    try:
        status = path.stat()
    except OSError:
        return _Version(0, 0, 0)
    return _Version(status.st_ino, status.st_mtime_ns, status.st_size)


def _read(path: Path) -> AccountKey | KeyDirectoryError:
    try:
        with _explain_errors(path):
            path.stat()
        return read_key_file(path)
    except KeyDirectoryError as error:
        return error
