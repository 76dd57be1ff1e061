# DEV-ONLY: never ship to production.
"""The lock of the writers of a key directory.

Writers lock the directory itself, so no lock file can be left behind. Readers need neither a lock
nor write permission.
"""

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from token_issuer.errors import show_path
from token_issuer.keys.storage.exposure import warn_once
from token_issuer.keys.storage.files import PRIVATE_NAME, PUBLIC_NAME, RING_NAME

_TEMPORARY_NAME: Final = re.compile(
    rf"\.({'|'.join(map(re.escape, (PRIVATE_NAME, PUBLIC_NAME, RING_NAME)))})\.[a-z0-9_]{{8}}"
)
_MIN_LEFTOVER_AGE_S: Final = 3600
"""Without a lock, a younger temporary file may be that of a running writer."""


@contextlib.contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Lock *directory* against other writers; wait while another writer holds the lock.

    The temporary files of killed writers are removed. On a volume without locks, a warning says
    what to avoid, and the block runs without a lock.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_NONBLOCK)
    try:
        is_locked = _lock(descriptor, directory)
        _remove_leftovers(directory, min_age_s=0 if is_locked else _MIN_LEFTOVER_AGE_S)
        yield
    finally:
        os.close(descriptor)  # releases the lock, as the end of the process does


def _lock(descriptor: int, directory: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        message = (
            f"{show_path(directory)}: the volume has no locks (flock: {error.strerror}): token "
            "issuers that start on an empty directory or change keys at the same moment may "
            "overwrite each other's keys; start and rotate one after the other, or use a local "
            "volume"
        )
        warn_once(directory, "lock", message)
        return False
    return True


def _remove_leftovers(directory: Path, *, min_age_s: float) -> None:
    for path in directory.iterdir():
        if _TEMPORARY_NAME.fullmatch(path.name) is None:
            continue
        try:
            if not min_age_s or time.time() - path.lstat().st_mtime >= min_age_s:
                path.unlink(missing_ok=True)
        except OSError as error:
            message = (
                f"{show_path(path)}: a temporary file of a killed process cannot be removed "
                f"({error.strerror}), and may hold a private key; remove it"
            )
            warn_once(directory, "leftover", message)
