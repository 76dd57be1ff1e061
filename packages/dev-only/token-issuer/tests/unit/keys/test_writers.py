# DEV-ONLY: never ship to production.
"""Several processes that write to one key directory, with and without locks, and killed ones."""

import errno
import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from jwt_core import (
    SigningKey,
    encode_private_pem,
    encode_public_pem,
)
from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.errors import KeyDirectoryError
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation import Rotate, apply_event
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.storage import lock
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.files import write_file
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.storage.lock import lock_directory
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.keys.watermark import generate_marked_key

pytestmark = pytest.mark.requirement("TI-6")

PLAN: Final = RotationPlan(lead=timedelta(0), retention=timedelta(minutes=5))
Refuse = Callable[[Any, str, int], None]
ReadWarnings = Callable[[], list[str]]


def test_wait_for_the_lock_of_another_writer_is_limited(
    ring_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_MAX_WAIT_S", 0)
    holder = os.open(ring_dir, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(KeyDirectoryError, match=r"has kept it locked.* end that process"):
            DirectoryStore.open(ring_dir)
        with ThreadPoolExecutor(1) as pool:
            monkeypatch.setattr(lock, "_MAX_WAIT_S", 60)
            waiting = pool.submit(DirectoryStore.open, ring_dir)
            fcntl.flock(holder, fcntl.LOCK_UN)
            store = waiting.result(60)
    finally:
        os.close(holder)

    assert len(store.ring.keys) == 2


@pytest.mark.parametrize("has_links", [True, False])
def test_first_starts_without_locks_use_the_same_key(
    keys_dir: Path,
    marked_key: SigningKey,
    second_key: SigningKey,
    refuse: Refuse,
    *,
    has_links: bool,
) -> None:
    refuse(fcntl, "flock", errno.ENOLCK)
    if not has_links:
        refuse(os, "link", errno.EPERM)

    def generate_while_another_process_starts() -> SigningKey:
        open_key_directory(keys_dir, generate=lambda: second_key)
        return marked_key

    key = open_key_directory(keys_dir, generate=generate_while_another_process_starts)

    assert key.verification_key.public_key == second_key.verification_key.public_key
    assert (keys_dir / "private.pem").read_bytes() == encode_private_pem(second_key)
    assert (keys_dir / "public.pem").read_bytes() == encode_public_pem(second_key)


def test_running_issuer_adopts_a_key_pair_that_another_process_replaced(
    filled_dir: Path, second_key: SigningKey, read_warnings: ReadWarnings
) -> None:
    store = DirectoryStore.open(filled_dir)
    (filled_dir / "public.pem").unlink()
    write_file(filled_dir / "private.pem", encode_private_pem(second_key), mode=0o600)

    for _ in range(3):
        store.synchronise()

    (entry,) = store.ring.keys
    assert entry.signing_key
    assert entry.signing_key.verification_key.public_key == second_key.verification_key.public_key
    (warning,) = read_warnings()
    assert warning.startswith(f"{filled_dir}: another process replaced the keys without keeping")


def test_overwritten_rotation_is_logged_and_both_processes_have_one_ring(
    filled_dir: Path, second_key: SigningKey, refuse: Refuse, read_warnings: ReadWarnings
) -> None:
    refuse(fcntl, "flock", errno.ENOLCK)
    first, second = DirectoryStore.open(filled_dir), DirectoryStore.open(filled_dir)
    overwritten = StoredKeys(first, plan=PLAN, generate=lambda _: second_key)
    third_key = generate_marked_key()

    def rotate_while_the_other_process_rotates(ring: KeyRing) -> KeyRing:
        overwritten.rotate()
        event = Rotate(
            candidate=third_key,
            style=KidStyle.DEV_KEY,
            mode=RotationMode.GRACEFUL,
            lead=PLAN.lead,
            retention=PLAN.retention,
        )
        return apply_event(ring, datetime.now(UTC), event)

    second.update(rotate_while_the_other_process_rotates)
    for store in (first, second, first, second):
        store.synchronise()

    assert [key.thumbprint for key in first.ring.keys] == [
        key.thumbprint for key in second.ring.keys
    ]
    warnings = [w for w in read_warnings() if "without keeping dev-key-2" in w]
    assert len(warnings) == 1


def test_ring_that_is_absent_for_a_moment_stays_in_use(ring_dir: Path, tmp_path: Path) -> None:
    store = DirectoryStore.open(ring_dir)
    (ring_dir / "ring.json").rename(tmp_path / "ring.json")

    store.synchronise()
    with pytest.raises(KeyDirectoryError, match=r"ring\.json: has disappeared; put it back"):
        StoredKeys(store, plan=PLAN).rotate()
    absent = [key.kid for key in store.ring.keys]
    (tmp_path / "ring.json").rename(ring_dir / "ring.json")
    store.synchronise()

    assert absent == [key.kid for key in store.ring.keys] == ["dev-key", "dev-key-2"]


def test_next_start_removes_the_temporary_file_of_a_killed_rotation(filled_dir: Path) -> None:
    (filled_dir / ".ring.json.0f9a3c71").write_text("half")

    DirectoryStore.open(filled_dir)

    assert sorted(os.listdir(filled_dir)) == ["private.pem", "public.pem"]  # noqa: PTH208


def test_temporary_file_that_cannot_be_removed_is_a_warning(
    keys_dir: Path, marked_key: SigningKey, read_warnings: ReadWarnings
) -> None:
    (keys_dir / ".private.pem.0f9a3c71").mkdir(parents=True)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    (warning,) = read_warnings()
    assert warning.startswith(f"{keys_dir}/.private.pem.0f9a3c71: ")
    assert "may hold a private key; remove it" in warning


def test_temporary_file_of_a_possibly_running_writer_is_kept(
    keys_dir: Path, refuse: Refuse
) -> None:
    keys_dir.mkdir()
    for name, age_s in ((".ring.json.00000001", 60), (".ring.json.00000002", 7200)):
        (keys_dir / name).write_text("half")
        time = (keys_dir / name).stat().st_mtime - age_s
        os.utime(keys_dir / name, (time, time))
    refuse(fcntl, "flock", errno.ENOLCK)

    with lock_directory(keys_dir):
        pass

    assert os.listdir(keys_dir) == [".ring.json.00000001"]  # noqa: PTH208
