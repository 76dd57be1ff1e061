# DEV-ONLY: never ship to production.
"""Warnings about key files that other users can read or replace, and about limits of a volume.

Each is one line, logged once for each directory and process.
"""

import logging
import os
import stat
from pathlib import Path
from typing import Final

from token_issuer.errors import show_path

_MOUNT: Final = "mount it with umask=077 (CIFS: file_mode=0600,dir_mode=0700) or use another volume"
_OR_MOUNT: Final = f"or, if the volume ignores chmod, {_MOUNT}"

logger = logging.getLogger(__name__)
_warned: Final[set[tuple[Path, str]]] = set()


def warn_once(directory: Path, topic: str, message: str) -> None:
    """Log *message* as a warning, unless one about *directory* and *topic* has been logged."""
    if (directory, topic) not in _warned:
        _warned.add((directory, topic))
        logger.warning("%s", message)


def warn_if_file_exposed(path: Path) -> None:
    """Log a warning if other users can read the private keys in *path*."""
    status = path.stat()
    mode, shown = stat.S_IMODE(status.st_mode), show_path(path)
    if mode & 0o077:
        message = (
            f"{shown}: can be read by other users (permissions {mode:04o}), who can then sign "
            f"tokens; run chmod 600 {shown}, {_OR_MOUNT}"
        )
        warn_once(path.parent, "readable", message)
    if _is_foreign(status):
        message = (
            f"{shown}: belongs to user id {status.st_uid}, who can read and replace the keys; make "
            f"it a file of user id {os.geteuid()} with chown"
        )
        warn_once(path.parent, "owner", message)


def warn_if_directory_exposed(directory: Path) -> None:
    """Log a warning if other users can replace the keys in *directory*."""
    status = directory.stat()
    mode, shown = stat.S_IMODE(status.st_mode), show_path(directory)
    if mode & 0o022:
        message = (
            f"{shown}: other users can write to it (permissions {mode:04o}), and so replace the "
            f"keys; run chmod 700 {shown}, {_OR_MOUNT}"
        )
        warn_once(directory, "writable", message)
    if _is_foreign(status):
        message = (
            f"{shown}: belongs to user id {status.st_uid}, who can replace the keys; make it a "
            f"directory of user id {os.geteuid()} with chown"
        )
        warn_once(directory, "owner", message)


def warn_of_permissions(path: Path, *, wanted: int, actual: int, reason: str) -> None:
    """Log a warning if the permissions of the new file *path* give other users more or less."""
    if not wanted & 0o077 and actual & 0o077:
        topic = "readable"
        effect = f"other users can read the private keys, and sign tokens; {_MOUNT}"
    elif wanted & ~actual & 0o077:
        topic = "permissions"
        effect = (
            "other users may be unable to read this file; signing does not need that, but a "
            "program of another user needs a copy"
        )
    else:
        return
    message = (
        f"{show_path(path)}: the volume does not permit chmod ({reason}): permissions stay "
        f"{actual:04o} instead of {wanted:04o}, so {effect}"
    )
    warn_once(path.parent, topic, message)


def _is_foreign(status: os.stat_result) -> bool:
    return status.st_uid not in {os.geteuid(), 0}  # root can replace files anyway
