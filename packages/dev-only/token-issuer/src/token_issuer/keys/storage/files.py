# DEV-ONLY: never ship to production.
"""Files of a key directory: atomic writes under one lock, and errors that name the remedy.

Writers lock the directory itself, so reading needs neither a lock file nor write permission.
"""

import contextlib
import errno
import fcntl
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from token_issuer.errors import KeyDirectoryError

PRIVATE_NAME: Final = "private.pem"
PUBLIC_NAME: Final = "public.pem"
RING_NAME: Final = "ring.json"

logger = logging.getLogger(__name__)


def make_directory(directory: Path) -> None:
    """Make *directory* where it does not exist.

    Raises:
        KeyDirectoryError: it cannot be made, or is something else.
    """
    with explain_os_errors(directory):
        if directory.exists() and not directory.is_dir():
            problem = "is not a directory; give the directory that holds (or will hold) the keys"
            raise KeyDirectoryError(directory, problem)
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileNotFoundError as error:  # as in /proc, which holds no directories of users
            problem = "cannot be created on this file system; choose another directory"
            raise KeyDirectoryError(directory, problem) from error


def exists(path: Path) -> bool:
    """Tell whether *path* is there; a directory that may not be searched raises OSError."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Keep other writers out, and clear away what a killed one left."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # and with it the lock, also when the process is killed


def remove_leftovers(directory: Path) -> None:
    """Remove the temporary files of a killed writer; the lock says that no writer is alive."""
    for name in (PRIVATE_NAME, PUBLIC_NAME, RING_NAME):
        for path in directory.glob(f".{name}.*"):
            path.unlink(missing_ok=True)


def write_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file atomically: neither a reader nor a crash ever sees a part of it.

    Args:
        path: The file; an existing file is replaced.
        data: The whole content.
        mode: The exact permissions, regardless of the umask.

    Raises:
        KeyDirectoryError: The file cannot be written; the old content stays.
    """
    with explain_os_errors(path):
        _replace_file(path, data, mode)
        _sync_directory(path.parent)


def warn_if_exposed(path: Path) -> None:
    """Say so in the log where others can read *path*."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        logger.warning("%s can be read by other users; chmod 600 it if the volume allows", path)


@contextlib.contextmanager
def explain_os_errors(path: Path) -> Iterator[None]:
    """Turn an OSError into a KeyDirectoryError that says what to do."""
    try:
        yield
    except OSError as error:
        raise KeyDirectoryError(path, _describe(error)) from error


def _replace_file(path: Path, data: bytes, mode: int) -> None:
    # In the same directory: a rename is atomic only within one file system.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _describe(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "does not exist; make a key pair with: token-issuer make-keys DIR"
        case errno.EROFS:
            return "is on a read-only file system, where no key can be made; mount it writable"
        case errno.EACCES | errno.EPERM:
            return f"permission denied for user id {os.getuid()}; check owner and permissions"
        case errno.ENOTDIR:
            return "is not a directory; give the directory that holds (or will hold) the keys"
        case _:
            return f"cannot be used: {error.strerror}"
