# DEV-ONLY: never ship to production.
"""Warnings about key files that other users can read or replace, or that have no watermark."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from jwt_core import (
    Algorithm,
    generate_key,
)
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.stored_keys import StoredKeys

pytestmark = pytest.mark.requirement("TI-6")

PLAN: Final = RotationPlan(lead=timedelta(0), retention=timedelta(minutes=5))
ReadWarnings = Callable[[], list[str]]


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o722])
def test_directory_that_others_can_write_to_is_a_warning(
    filled_dir: Path, read_warnings: ReadWarnings, mode: int
) -> None:
    filled_dir.chmod(mode)

    for _ in range(2):
        DirectoryStore.open(filled_dir)

    (warning,) = read_warnings()
    assert warning.startswith(f"{filled_dir}: other users can write to it (permissions {mode:04o})")
    assert f"chmod 700 {filled_dir}" in warning


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o500])
def test_directory_that_others_can_only_read_is_not_a_warning(
    filled_dir: Path, read_warnings: ReadWarnings, mode: int
) -> None:
    filled_dir.chmod(mode)
    DirectoryStore.open(filled_dir)
    filled_dir.chmod(0o700)

    assert read_warnings() == []


@pytest.mark.parametrize("name", ["", "private.pem"])
def test_directory_or_key_of_another_user_is_a_warning(
    filled_dir: Path, monkeypatch: pytest.MonkeyPatch, read_warnings: ReadWarnings, name: str
) -> None:
    owner, path = os.geteuid() or 12345, filled_dir / name
    if os.geteuid() == 0:
        os.chown(path, owner, -1)
    else:  # only root can give a file away, so this process claims to be another user
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
        path = filled_dir / "private.pem"  # which is read before the directory

    DirectoryStore(filled_dir)

    (warning,) = read_warnings()
    assert warning.startswith(f"{path}: belongs to user id {owner}, ")


def test_ring_that_others_can_read_is_a_warning(
    ring_dir: Path, read_warnings: ReadWarnings
) -> None:
    (ring_dir / "ring.json").chmod(0o644)

    DirectoryStore(ring_dir)

    (warning,) = read_warnings()
    assert warning.startswith(
        f"{ring_dir}/ring.json: can be read by other users (permissions 0644)"
    )


def test_key_without_the_watermark_is_one_warning(
    filled_dir: Path, read_warnings: ReadWarnings
) -> None:
    for name in ("private.pem", "public.pem"):
        (filled_dir / name).unlink()
    unmarked = generate_key(Algorithm.RS256, kid="real")
    open_key_directory(filled_dir, allow_unmarked=True, generate=lambda: unmarked)
    store = DirectoryStore.open(filled_dir, allow_unmarked=True)

    StoredKeys(store, plan=PLAN).rotate()
    DirectoryStore.open(filled_dir, allow_unmarked=True)

    (warning,) = read_warnings()
    assert "WITHOUT THE DEV WATERMARK" in warning
