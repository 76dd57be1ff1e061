"""Folders that are made once for all workers of pytest-xdist, which share no fixtures.

Marks of the kind `xdist_group` do not help: pytest-xdist 3.8 ignores them with pytest 9.2, see
https://github.com/pytest-dev/pytest-xdist/issues/1386.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest


def make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder *name* of this test run, which the first worker to need it makes.

    Args:
        factory: Knows the folder of the test run.
        name: Unique among all that is made once.
        make: Fills an empty folder. Tests only read from it.
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
