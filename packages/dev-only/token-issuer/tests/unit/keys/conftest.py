# DEV-ONLY: never ship to production.
"""Fixtures: failing system calls, a directory with a ring, and the logged warnings."""

import logging
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
from jwt_core import SigningKey
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.stored_keys import StoredKeys

_PLAN: Final = RotationPlan(lead=timedelta(0), retention=timedelta(minutes=5))


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, int], None]:
    """Return a function that makes calls fail, as on a volume that does not support them."""

    def refuse_call(owner: Any, name: str, number: int) -> None:
        def fail(*_: object) -> NoReturn:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(owner, name, fail)

    return refuse_call


@pytest.fixture
def ring_dir(filled_dir: Path, second_key: SigningKey) -> Path:
    """Return a key directory with a ring of two keys, the second of which signs."""
    StoredKeys(DirectoryStore(filled_dir), plan=_PLAN, generate=lambda _: second_key).rotate()
    return filled_dir


@pytest.fixture
def read_warnings(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return a function that returns the logged warnings, each of which is one line."""

    def read() -> list[str]:
        messages = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
        assert not any("\n" in message for message in messages)
        return messages

    return read
