"""Atomic file writing."""

import contextlib
import os
import tempfile
from pathlib import Path

from jwt_core.errors import KeyFileError


def write_file_atomically(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file so that no reader, and no crash, ever sees part of it.

    Args:
        path: The file; an existing one is replaced.
        data: The whole content.
        mode: The exact permissions, whatever the umask.

    Raises:
        KeyFileError: the directory or file cannot be written; nothing is left behind.
    """
    try:
        _replace_file(path, data, mode)
        _sync_directory(path.parent)
    except OSError as error:
        reason = f"cannot be written ({error.strerror}); check the directory and its permissions"
        raise KeyFileError(path, reason) from error


def _replace_file(path: Path, data: bytes, mode: int) -> None:
    # Same directory: a rename is atomic only within one file system.
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
