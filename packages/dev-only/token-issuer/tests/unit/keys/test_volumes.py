# DEV-ONLY: never ship to production.
"""Volumes that lack features of POSIX file systems.

The functions of `os` and `fcntl` fail as on such a volume, because these tests run without root and
tools; in `tests/integration/test_volumes.py`, the kernel refuses the calls.
"""

import errno
import fcntl
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from jwt_core import (
    SigningKey,
    encode_private_pem,
)
from token_issuer.errors import KeyDirectoryError
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.files import make_directory, write_file
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.stored_keys import StoredKeys

pytestmark = pytest.mark.requirement("TI-6")

PLAN: Final = RotationPlan(lead=timedelta(0), retention=timedelta(minutes=5))
NAMES: Final = ("private.pem", "public.pem", "ring.json")
Refuse = Callable[[Any, str, int], None]
ReadWarnings = Callable[[], list[str]]


UNSUPPORTED: Final = [
    ((os, "fsync", errno.EINVAL), "cannot be synchronised to disk (fsync: Invalid argument)"),
    ((os, "fsync", errno.ENOTSUP), "cannot be synchronised to disk"),
    ((os, "fchmod", errno.EPERM), "the volume does not permit chmod (Operation not permitted)"),
    ((os, "fchmod", errno.ENOSYS), "the volume does not permit chmod (Function not implemented)"),
    ((fcntl, "flock", errno.ENOLCK), "the volume has no locks (flock: No locks available)"),
    ((fcntl, "flock", errno.EOPNOTSUPP), "the volume has no locks"),
    ((fcntl, "flock", errno.ENOSYS), "the volume has no locks"),
    ((fcntl, "flock", errno.EBADF), "the volume has no locks"),
]


@pytest.mark.parametrize(("call", "expected"), UNSUPPORTED)
def test_volume_without_a_feature_is_used_with_one_warning(
    keys_dir: Path,
    marked_key: SigningKey,
    refuse: Refuse,
    read_warnings: ReadWarnings,
    call: tuple[Any, str, int],
    expected: str,
) -> None:
    refuse(*call)

    key = open_key_directory(keys_dir, generate=lambda: marked_key)
    store = DirectoryStore.open(keys_dir)
    kid = StoredKeys(store, plan=PLAN).rotate().kid
    again = DirectoryStore.open(keys_dir)

    assert key.verification_key == marked_key.verification_key
    assert [entry.kid for entry in again.ring.keys] == ["dev-key", kid]
    assert sorted(os.listdir(keys_dir)) == sorted(NAMES)  # noqa: PTH208  # names, dot files too
    (warning,) = read_warnings()
    assert str(keys_dir) in warning
    assert expected in warning


def test_volume_without_hard_links_is_used(
    keys_dir: Path, marked_key: SigningKey, refuse: Refuse, read_warnings: ReadWarnings
) -> None:
    refuse(os, "link", errno.EPERM)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    assert (keys_dir / "private.pem").read_bytes() == encode_private_pem(marked_key)
    assert sorted(os.listdir(keys_dir)) == ["private.pem", "public.pem"]  # noqa: PTH208
    assert read_warnings() == []


def test_volume_that_synchronises_files_but_no_directories_is_used(
    keys_dir: Path,
    marked_key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
    read_warnings: ReadWarnings,
) -> None:
    synchronise = os.fsync

    def refuse_directory(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), keys_dir.stat()):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        synchronise(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_directory)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    (warning,) = read_warnings()
    assert "a power failure right after a change may undo it" in warning


def test_volume_that_ignores_chmod_is_a_warning_with_the_danger(
    keys_dir: Path,
    marked_key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
    read_warnings: ReadWarnings,
) -> None:
    change = os.fchmod
    # All files of such a mount have the permissions of its options.
    monkeypatch.setattr(os, "fchmod", lambda descriptor, _: change(descriptor, 0o755))

    open_key_directory(keys_dir, generate=lambda: marked_key)
    open_key_directory(keys_dir)

    (warning,) = read_warnings()
    assert warning.startswith(f"{keys_dir}/private.pem: ")
    assert "permissions stay 0755 instead of 0600, so other users can read" in warning
    assert "umask=077" in warning


def test_mount_that_excludes_other_users_is_a_warning_for_the_public_key_alone(
    keys_dir: Path,
    marked_key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
    read_warnings: ReadWarnings,
) -> None:
    change = os.fchmod
    monkeypatch.setattr(os, "fchmod", lambda descriptor, _: change(descriptor, 0o700))

    open_key_directory(keys_dir, generate=lambda: marked_key)

    (warning,) = read_warnings()
    assert warning.startswith(f"{keys_dir}/public.pem: ")
    assert "permissions stay 0700 instead of 0644" in warning


def test_volume_that_fails_between_two_calls_is_an_error_with_a_remedy(
    keys_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys_dir.mkdir()
    looks = iter([keys_dir.stat()])

    def look(path: Path, **_: object) -> os.stat_result:
        status = next(looks, None)
        if status is None:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), path)
        return status

    monkeypatch.setattr(Path, "stat", look)

    with pytest.raises(KeyDirectoryError, match="not connected; check the volume"):
        make_directory(keys_dir)


@pytest.mark.parametrize(
    ("owner", "name", "number", "expected"),
    [
        (os, "fsync", errno.EIO, "input/output error"),
        (os, "fsync", errno.ENOSPC, "no space left"),
        (os, "fsync", errno.EDQUOT, "quota"),
        (os, "replace", errno.EIO, "input/output error"),
        (os, "replace", errno.EROFS, "read-only"),
        (os, "replace", errno.EPERM, "lsattr"),
        (os, "replace", errno.EACCES, "permission denied"),
        (os, "replace", errno.EEXIST, "cannot rename over files"),
        (os, "replace", errno.EBUSY, "mount the directory, not single files"),
        (os, "replace", errno.ESTALE, "mount it again"),
        (os, "replace", errno.ENAMETOOLONG, "choose a shorter one"),
        (os, "replace", errno.EXDEV, "Invalid cross-device link; check the volume"),
        (os, "open", errno.ENOSPC, "no space left"),
    ],
)
def test_failed_write_is_an_error_with_a_remedy_and_keeps_the_old_file(
    keys_dir: Path, refuse: Refuse, owner: Any, name: str, number: int, expected: str
) -> None:
    keys_dir.mkdir()
    path = keys_dir / "ring.json"
    path.write_bytes(b"old")
    refuse(owner, name, number)

    with pytest.raises(KeyDirectoryError) as caught:
        write_file(path, b"new", mode=0o600)

    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)
    assert path.read_bytes() == b"old"
    assert os.listdir(keys_dir) == ["ring.json"]  # noqa: PTH208


def test_root_of_a_volume_is_used(keys_dir: Path, marked_key: SigningKey) -> None:
    (keys_dir / "lost+found").mkdir(parents=True)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    assert (keys_dir / "lost+found").is_dir()


@pytest.mark.parametrize("offset_s", [7200, -200 * 365 * 86400])
def test_key_file_with_the_time_of_a_wrong_clock_signs_now(filled_dir: Path, offset_s: int) -> None:
    now = datetime.now(UTC)
    time = now.timestamp() + offset_s
    os.utime(filled_dir / "private.pem", (time, time))

    (key,) = DirectoryStore.open(filled_dir, clock=lambda: now).ring.keys

    assert datetime.fromtimestamp(0, UTC) <= key.active_at <= now
