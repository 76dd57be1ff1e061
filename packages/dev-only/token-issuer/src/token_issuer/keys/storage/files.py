# DEV-ONLY: never ship to production.
"""Files of a key directory: bounded reads and atomic writes, on any kind of volume.

A volume may lack features of POSIX file systems: permissions, hard links, or the synchronisation of
directories. A missing feature that complete files do not need is a warning, not an error.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from token_issuer.errors import KeyDirectoryError, UnsuitableFileError, show_path
from token_issuer.input_files import read_regular_file
from token_issuer.keys.storage.exposure import warn_of_permissions, warn_once
from token_issuer.keys.storage.os_errors import UNSUPPORTED, explain_os_errors

PRIVATE_NAME: Final = "private.pem"
PUBLIC_NAME: Final = "public.pem"
RING_NAME: Final = "ring.json"
MAX_PEM_BYTES: Final = 64 * 1024
MAX_RING_BYTES: Final = 16 * 1024 * 1024
"""Seven thousand keys of 2 KiB."""


def make_directory(directory: Path) -> None:
    """Create *directory* if it does not exist.

    Raises:
        KeyDirectoryError: it cannot be created, or is not a directory.
    """
    if not exists(directory):
        try:
            with explain_os_errors(directory):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except KeyDirectoryError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            # a file system such as /proc
            problem = "cannot be created on this file system; choose another directory"
            raise KeyDirectoryError(directory, problem) from error
        return
    with explain_os_errors(directory):
        is_directory = stat.S_ISDIR(directory.stat().st_mode)
    if not is_directory:
        problem = "is not a directory; give the directory that holds (or will hold) the keys"
        raise UnsuitableFileError(directory, problem)


def exists(path: Path) -> bool:
    """Return whether *path* exists.

    Raises:
        KeyDirectoryError: its directory cannot be searched, or it is a symbolic link without a
            target. The target may be on a volume that is not mounted yet.
    """
    with explain_os_errors(path):
        try:
            path.stat()
        except FileNotFoundError:
            if not path.is_symlink():
                return False
            problem = (
                f"is a symbolic link to {show_path(path.readlink())}, which does not exist; create "
                "or mount its target, or remove the link"
            )
            raise UnsuitableFileError(path, problem) from None
    return True


def read_file(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file of at most *max_bytes*.

    Raises:
        KeyDirectoryError: the file cannot be read.
        UnsuitableFileError: it is not a regular file, or too large.
    """
    with explain_os_errors(path):
        try:
            return read_regular_file(path, max_bytes)
        except ValueError as error:
            problem = f"is {error}; expected a file that the token issuer wrote; move it away"
            raise UnsuitableFileError(path, problem) from error


def write_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file atomically: readers see the old or the new content, even after a crash.

    Args:
        path: The file; an existing file is replaced.
        data: The whole content.
        mode: The exact permissions, regardless of the umask, if the volume has permissions.

    Raises:
        KeyDirectoryError: the file cannot be written; the old content stays.
    """
    _write_whole(path, data, mode, Path.replace)


def create_file(path: Path, data: bytes, *, mode: int) -> None:
    """Write a new file atomically. A file that another process creates meanwhile stays.

    Volumes with hard links guarantee this also without a lock. On others, a file that appears just
    before the new one is replaced.

    Raises:
        KeyDirectoryError: the file cannot be written.
    """
    _write_whole(path, data, mode, _link_or_replace)


def _write_whole(
    path: Path, data: bytes, mode: int, publish: Callable[[Path, Path], object]
) -> None:
    # Written in the same directory, because a rename is atomic only within one file system.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with explain_os_errors(path):
        # Without the O_NOFOLLOW of tempfile: O_EXCL does not follow links either.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _set_permissions(descriptor, path, mode)
                file.write(data)
                file.flush()
                _sync_file(descriptor, path)
            publish(temporary, path)
        finally:
            with contextlib.suppress(OSError):  # it has been renamed, or the volume fails
                temporary.unlink()
        _sync_directory(path.parent)


def _link_or_replace(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    except OSError:  # FAT, and some network and FUSE file systems, have no hard links
        if not exists(path):  # checked again: generating the key has taken time
            temporary.replace(path)


def _set_permissions(descriptor: int, path: Path, wanted: int) -> None:
    reason = "it is ignored"
    try:
        os.fchmod(descriptor, wanted)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    actual = stat.S_IMODE(os.fstat(descriptor).st_mode)
    warn_of_permissions(path, wanted=wanted, actual=actual, reason=reason)


def _sync_file(descriptor: int, path: Path) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED:  # a full or failing disk: the content may be lost
            raise
        _warn_of_synchronisation(path.parent, error)


def _sync_directory(directory: Path) -> None:
    """Make the new name of a file durable. It is already in place, so a failure is a warning."""
    try:
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        _warn_of_synchronisation(directory, error)


def _warn_of_synchronisation(directory: Path, error: OSError) -> None:
    message = (
        f"{show_path(directory)}: the volume cannot be synchronised to disk (fsync: "
        f"{error.strerror}): the keys are written, but a power failure right after a change may "
        "undo it; use a local volume if the keys must survive that"
    )
    warn_once(directory, "synchronisation", message)
