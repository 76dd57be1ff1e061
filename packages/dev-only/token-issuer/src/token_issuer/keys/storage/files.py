# DEV-ONLY: never ship to production.
"""Files of a key directory: atomic writes, the lock of writers, and errors with a remedy.

Writers lock the directory itself. Readers need neither a lock nor write permission.
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
    """Create *directory* if it does not exist.

    Raises:
        KeyDirectoryError: it cannot be created, or is not a directory.
    """
    with explain_os_errors(directory):
        if directory.exists() and not directory.is_dir():
            problem = "is not a directory; give the directory that holds (or will hold) the keys"
            raise KeyDirectoryError(directory, problem)
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileNotFoundError as error:  # a file system such as /proc
            problem = "cannot be created on this file system; choose another directory"
            raise KeyDirectoryError(directory, problem) from error


def exists(path: Path) -> bool:
    """Tell whether *path* exists; raise OSError if its directory cannot be searched."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Lock *directory* against other writers; wait while another writer holds the lock."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # releases the lock, as the end of the process does


def remove_leftovers(directory: Path) -> None:
    """Remove the temporary files of killed writers. The caller must hold the lock."""
    for name in (PRIVATE_NAME, PUBLIC_NAME, RING_NAME):
        for path in directory.glob(f".{name}.*"):
            path.unlink(missing_ok=True)


def write_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file atomically: readers see the old or the new content, even after a crash.

    Args:
        path: The file; an existing file is replaced.
        data: The whole content.
        mode: The exact permissions, regardless of the umask.

    Raises:
        KeyDirectoryError: the file cannot be written; the old content stays.
    """
    with explain_os_errors(path):
        _replace_file(path, data, mode)
        _sync_directory(path.parent)


def warn_if_exposed(path: Path) -> None:
    """Log a warning if other users can read *path*."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        logger.warning("%s can be read by other users; chmod 600 it if the volume allows", path)


@contextlib.contextmanager
def explain_os_errors(path: Path) -> Iterator[None]:
    """Convert an OSError to a KeyDirectoryError that says what to do."""
    try:
        yield
    except OSError as error:
        raise KeyDirectoryError(path, _describe(error)) from error


def _replace_file(path: Path, data: bytes, mode: int) -> None:
    # Written in the same directory, because a rename is atomic only within one file system.
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
            return "is on a read-only file system, so no key can be written; mount it writable"
        case errno.EACCES | errno.EPERM:
            return f"permission denied for user id {os.getuid()}; check owner and permissions"
        case errno.ENOTDIR:
            return "is not a directory; give the directory that holds (or will hold) the keys"
        case _:
            return f"cannot be used: {error.strerror}"
