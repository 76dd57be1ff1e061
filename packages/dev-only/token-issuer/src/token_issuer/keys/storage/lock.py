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

from token_issuer.errors import KeyDirectoryError, show_path
from token_issuer.keys.storage.exposure import warn_once
from token_issuer.keys.storage.files import PRIVATE_NAME, PUBLIC_NAME, RING_NAME
from token_issuer.timing.elapsed import read_elapsed_s

_TEMPORARY_NAME: Final = re.compile(
    rf"\.({'|'.join(map(re.escape, (PRIVATE_NAME, PUBLIC_NAME, RING_NAME)))})\.[a-z0-9_]{{8}}"
)
_MIN_LEFTOVER_AGE_S: Final = 3600
"""Without a lock, a younger temporary file may be that of a running writer."""
_MAX_WAIT_S: Final = 30
"""Writers need milliseconds; the first start on a slow machine needs seconds for its key."""
_ATTEMPT_INTERVAL_S: Final = 0.02


@contextlib.contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Lock *directory* against other writers; wait up to 30 s while another writer holds the lock.

    The temporary files of killed writers are removed. On a volume without locks, a warning is
    logged, and the block runs without a lock.

    Raises:
        OSError: the directory cannot be opened.
        KeyDirectoryError: another process does not release the lock.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_NONBLOCK)
    try:
        is_locked = _lock(descriptor, directory)
        for path in _find_leftovers(directory):
            _remove_leftover(path, min_age_s=0 if is_locked else _MIN_LEFTOVER_AGE_S)
        yield
    finally:
        os.close(descriptor)  # releases the lock, as the end of the process does


def has_leftovers(directory: Path) -> bool:
    """Return whether *directory* can be listed and contains temporary files of writers."""
    with contextlib.suppress(OSError):
        return bool(_find_leftovers(directory))
    return False


def _find_leftovers(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if _TEMPORARY_NAME.fullmatch(path.name)]


def _lock(descriptor: int, directory: Path) -> bool:
    deadline_s = read_elapsed_s() + _MAX_WAIT_S
    try:
        while not _try_to_lock(descriptor):
            if read_elapsed_s() > deadline_s:
                problem = (
                    f"another process has kept it locked for {_MAX_WAIT_S} s, such as a token "
                    "issuer that is stopped; end that process (fuser shows it), and try again"
                )
                raise KeyDirectoryError(directory, problem)
            time.sleep(_ATTEMPT_INTERVAL_S)
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


def _try_to_lock(descriptor: int) -> bool:
    # Not LOCK_EX alone: it waits for a stopped process without end.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_leftover(path: Path, *, min_age_s: float) -> None:
    try:
        if not min_age_s or time.time() - path.lstat().st_mtime >= min_age_s:
            path.unlink(missing_ok=True)
    except OSError as error:
        message = (
            f"{show_path(path)}: a temporary file of a killed process cannot be removed "
            f"({error.strerror}), and may hold a private key; remove it"
        )
        warn_once(path.parent, "leftover", message)
