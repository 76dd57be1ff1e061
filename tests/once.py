"""Folders that are made once for all workers of pytest-xdist, which do not share fixtures.

The mark `xdist_group` is not an alternative: pytest-xdist 3.8 ignores it with pytest 9.2, see
https://github.com/pytest-dev/pytest-xdist/issues/1386.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder *name* of this test run; the first worker that needs it makes it.

    Args:
        factory: Source of the test run's folder.
        name: Name of the folder, unique in the test run.
        make: Fills an empty folder, which tests must not change.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = Path(tempfile.mkdtemp(dir=root))
            make(draft)
            draft.rename(folder)
    return folder
