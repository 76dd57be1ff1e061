# DEV-ONLY: never ship to production.
"""Volumes that lack what POSIX file systems have, and things in the way of key files.

What a volume lacks is injected at the functions of `os` and `fcntl`, because these tests run
without root and tools; `tests/integration/test_volumes.py` has the kernel refuse the calls.
"""

import errno
import fcntl
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest
from jwt_core import (
    Algorithm,
    SigningKey,
    encode_private_pem,
    encode_public_pem,
    generate_key,
)
from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.errors import KeyDirectoryError, UnsuitableFileError
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation import Rotate, apply_event
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage import lock
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.files import make_directory, write_file
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.storage.lock import lock_directory
from token_issuer.keys.watermark import generate_marked_key

pytestmark = pytest.mark.requirement("TI-6")

PLAN: Final = RotationPlan(lead=timedelta(0), retention=timedelta(minutes=5))
NAMES: Final = ("private.pem", "public.pem", "ring.json")

Refuse = Callable[..., None]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Return a function that lets calls fail, as a volume does that does not support them."""

    def refuse_call(owner: Any, name: str, number: int) -> None:
        def fail(*_: object) -> NoReturn:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(owner, name, fail)

    return refuse_call


@pytest.fixture
def ring_dir(filled_dir: Path, second_key: SigningKey) -> Path:
    """Return a key directory with a ring of two keys, the second of which signs."""
    KeyService(DirectoryStore(filled_dir), plan=PLAN, generate=lambda _: second_key).rotate()
    return filled_dir


def read_warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    messages = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert not any("\n" in message for message in messages)
    return messages


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
def test_volume_that_lacks_something_is_used_with_one_warning(
    keys_dir: Path,
    marked_key: SigningKey,
    refuse: Refuse,
    caplog: pytest.LogCaptureFixture,
    call: tuple[Any, str, int],
    expected: str,
) -> None:
    refuse(*call)

    key = open_key_directory(keys_dir, generate=lambda: marked_key)
    store = DirectoryStore.open(keys_dir)
    kid = KeyService(store, plan=PLAN).rotate().kid
    again = DirectoryStore.open(keys_dir)

    assert key.verification_key == marked_key.verification_key
    assert [entry.kid for entry in again.ring.keys] == ["dev-key", kid]
    assert sorted(os.listdir(keys_dir)) == sorted(NAMES)  # noqa: PTH208  # names, dot files too
    (warning,) = read_warnings(caplog)
    assert str(keys_dir) in warning
    assert expected in warning


def test_volume_without_hard_links_is_used(
    keys_dir: Path, marked_key: SigningKey, refuse: Refuse, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(os, "link", errno.EPERM)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    assert (keys_dir / "private.pem").read_bytes() == encode_private_pem(marked_key)
    assert sorted(os.listdir(keys_dir)) == ["private.pem", "public.pem"]  # noqa: PTH208
    assert read_warnings(caplog) == []


def test_volume_that_cannot_synchronise_a_directory_alone_is_used(
    keys_dir: Path,
    marked_key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    synchronise = os.fsync

    def refuse_directory(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), keys_dir.stat()):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        synchronise(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_directory)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    (warning,) = read_warnings(caplog)
    assert "a power failure right after a change may undo it" in warning


def test_volume_that_ignores_chmod_is_named_with_its_danger(
    keys_dir: Path,
    marked_key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change = os.fchmod
    # All files of such a mount have the permissions of its options.
    monkeypatch.setattr(os, "fchmod", lambda descriptor, _: change(descriptor, 0o755))

    open_key_directory(keys_dir, generate=lambda: marked_key)
    open_key_directory(keys_dir)

    (warning,) = read_warnings(caplog)
    assert warning.startswith(f"{keys_dir}/private.pem: ")
    assert "permissions stay 0755 instead of 0600, so other users can read" in warning
    assert "umask=077" in warning


def test_permissions_of_a_mount_that_shuts_others_out_are_right_for_private_keys(
    keys_dir: Path,
    marked_key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change = os.fchmod
    monkeypatch.setattr(os, "fchmod", lambda descriptor, _: change(descriptor, 0o700))

    open_key_directory(keys_dir, generate=lambda: marked_key)

    (warning,) = read_warnings(caplog)
    assert warning.startswith(f"{keys_dir}/public.pem: ")
    assert "permissions stay 0700 instead of 0644" in warning


def test_writer_that_keeps_the_lock_is_waited_for_but_not_without_end(
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


def test_directory_that_fails_between_two_looks_is_explained(
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
def test_failed_write_is_an_error_with_a_remedy_and_leaves_the_old_file_alone(
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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["FIFO", "directory", "device", "broken link", "loop", "huge"])
def test_what_is_no_key_file_is_an_error_at_once_and_stays(
    ring_dir: Path, name: str, kind: str
) -> None:
    path = ring_dir / name
    path.unlink()
    expected = put_in_the_way(path, kind)
    before = sorted(os.listdir(ring_dir))  # noqa: PTH208

    with pytest.raises(UnsuitableFileError) as caught:
        DirectoryStore.open(ring_dir)

    assert str(caught.value).startswith(f"{path}: {expected}")
    assert caught.value.exit_code == 2
    assert sorted(os.listdir(ring_dir)) == before  # noqa: PTH208


def put_in_the_way(path: Path, kind: str) -> str:
    match kind:
        case "FIFO":
            os.mkfifo(path)
            return "is a FIFO (named pipe), not a file; expected a file that the token issuer wrote"
        case "directory":
            path.mkdir()
            return "is a directory, not a file"
        case "device":
            path.symlink_to("/dev/zero")
            return "is a device, not a file"
        case "broken link":
            path.symlink_to("not mounted\n")
            return r"is a symbolic link to not mounted\n, which does not exist; create or mount"
        case "loop":
            path.symlink_to(path.name)
            return "is a symbolic link that leads back to itself; remove it"
        case _:
            with path.open("wb") as file:
                file.truncate(1024**4)
            return "is larger than"


@pytest.mark.parametrize("name", NAMES)
def test_link_to_a_key_file_elsewhere_is_followed(
    ring_dir: Path, tmp_path: Path, name: str
) -> None:
    (ring_dir / name).rename(tmp_path / name)
    (ring_dir / name).symlink_to(tmp_path / name)

    assert [key.kid for key in DirectoryStore.open(ring_dir).ring.keys] == ["dev-key", "dev-key-2"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("FIFO", "is not a directory"),
        ("device", "is not a directory"),
        ("huge", "is not a directory"),
        ("broken link", "is a symbolic link to not mounted"),
        ("loop", "leads back to itself"),
    ],
)
def test_what_is_no_directory_is_an_error_at_once(keys_dir: Path, kind: str, expected: str) -> None:
    put_in_the_way(keys_dir, kind)

    with pytest.raises(UnsuitableFileError, match=expected):
        make_directory(keys_dir)


def test_path_with_a_line_break_is_shown_in_one_line(tmp_path: Path) -> None:
    directory = tmp_path / "keys\nof alice\udcff"
    (directory / "private.pem").mkdir(parents=True)

    with pytest.raises(KeyDirectoryError, match=r"keys\\nof alice\\udcff/private\.pem: is a"):
        open_key_directory(directory)


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o722])
def test_directory_that_others_can_write_to_is_named(
    filled_dir: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    filled_dir.chmod(mode)

    for _ in range(2):
        DirectoryStore.open(filled_dir)

    (warning,) = read_warnings(caplog)
    assert warning.startswith(f"{filled_dir}: other users can write to it (permissions {mode:04o})")
    assert f"chmod 700 {filled_dir}" in warning


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o500])
def test_directory_that_others_can_only_read_is_no_danger(
    filled_dir: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    filled_dir.chmod(mode)
    DirectoryStore.open(filled_dir)
    filled_dir.chmod(0o700)

    assert read_warnings(caplog) == []


@pytest.mark.parametrize("name", ["", "private.pem"])
def test_directory_or_key_of_another_user_is_named(
    filled_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    owner, path = os.geteuid() or 12345, filled_dir / name
    if os.geteuid() == 0:
        os.chown(path, owner, -1)
        expected = [f"{path}: belongs to user id {owner}"]
    else:  # only root can give a file away, so this process claims to be another user
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
        expected = [
            f"{filled_dir / shown}: belongs to user id {owner}" for shown in ("private.pem",)
        ]

    DirectoryStore(filled_dir)

    assert [warning.partition(",")[0] for warning in read_warnings(caplog)] == expected


def test_ring_readable_by_others_is_named(ring_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    (ring_dir / "ring.json").chmod(0o644)

    DirectoryStore(ring_dir)

    (warning,) = read_warnings(caplog)
    assert warning.startswith(
        f"{ring_dir}/ring.json: can be read by other users (permissions 0644)"
    )


def test_root_of_a_volume_is_used(keys_dir: Path, marked_key: SigningKey) -> None:
    (keys_dir / "lost+found").mkdir(parents=True)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    assert (keys_dir / "lost+found").is_dir()


def test_next_start_removes_what_a_killed_rotation_left(filled_dir: Path) -> None:
    (filled_dir / ".ring.json.0f9a3c71").write_text("half")

    DirectoryStore.open(filled_dir)

    assert sorted(os.listdir(filled_dir)) == ["private.pem", "public.pem"]  # noqa: PTH208


def test_key_without_the_watermark_is_warned_about_once(
    filled_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("private.pem", "public.pem"):
        (filled_dir / name).unlink()
    unmarked = generate_key(Algorithm.RS256, kid="real")
    open_key_directory(filled_dir, allow_unmarked=True, generate=lambda: unmarked)
    store = DirectoryStore.open(filled_dir, allow_unmarked=True)

    KeyService(store, plan=PLAN).rotate()
    DirectoryStore.open(filled_dir, allow_unmarked=True)

    (warning,) = read_warnings(caplog)
    assert "WITHOUT THE DEV WATERMARK" in warning


def test_leftover_that_cannot_be_removed_is_named_and_does_not_stop_the_start(
    keys_dir: Path, marked_key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    (keys_dir / ".private.pem.0f9a3c71").mkdir(parents=True)

    open_key_directory(keys_dir, generate=lambda: marked_key)

    (warning,) = read_warnings(caplog)
    assert warning.startswith(f"{keys_dir}/.private.pem.0f9a3c71: ")
    assert "may hold a private key; remove it" in warning


def test_temporary_file_of_a_writer_survives_where_it_may_still_run(
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


def test_issuer_follows_a_key_pair_that_another_process_replaced(
    filled_dir: Path, second_key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    store = DirectoryStore.open(filled_dir)
    (filled_dir / "public.pem").unlink()
    write_file(filled_dir / "private.pem", encode_private_pem(second_key), mode=0o600)

    for _ in range(3):
        store.synchronise()

    (entry,) = store.ring.keys
    assert entry.signing_key
    assert entry.signing_key.verification_key.public_key == second_key.verification_key.public_key
    (warning,) = read_warnings(caplog)
    assert warning.startswith(f"{filled_dir}: another process replaced the keys without keeping")


def test_rotation_that_another_process_overwrites_is_logged_and_both_have_one_ring(
    filled_dir: Path, second_key: SigningKey, refuse: Refuse, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(fcntl, "flock", errno.ENOLCK)
    first, second = DirectoryStore.open(filled_dir), DirectoryStore.open(filled_dir)
    overwritten = KeyService(first, plan=PLAN, generate=lambda _: second_key)
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
    warnings = [w for w in read_warnings(caplog) if "without keeping dev-key-2" in w]
    assert len(warnings) == 1


def test_ring_that_is_absent_for_a_moment_is_not_exchanged_for_the_key_pair(
    ring_dir: Path, tmp_path: Path
) -> None:
    store = DirectoryStore.open(ring_dir)
    (ring_dir / "ring.json").rename(tmp_path / "ring.json")

    store.synchronise()
    with pytest.raises(KeyDirectoryError, match=r"ring\.json: has disappeared; put it back"):
        KeyService(store, plan=PLAN).rotate()
    absent = [key.kid for key in store.ring.keys]
    (tmp_path / "ring.json").rename(ring_dir / "ring.json")
    store.synchronise()

    assert absent == [key.kid for key in store.ring.keys] == ["dev-key", "dev-key-2"]


def test_fifo_that_replaces_the_ring_of_a_running_process_is_logged_once(
    ring_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = DirectoryStore.open(ring_dir)
    (ring_dir / "ring.json").unlink()
    os.mkfifo(ring_dir / "ring.json")

    for _ in range(3):
        store.synchronise()

    assert [key.kid for key in store.ring.keys] == ["dev-key", "dev-key-2"]
    (warning,) = read_warnings(caplog)
    assert "the keys stay as they are" in warning
    assert "ring.json: is a FIFO" in warning


def test_ring_that_grows_without_end_is_logged_once(
    ring_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = DirectoryStore.open(ring_dir)
    good = (ring_dir / "ring.json").read_bytes()

    for size in (2**40, 2**40 + 1, 2**40 + 2):
        os.truncate(ring_dir / "ring.json", size)
        store.synchronise()
    (warning,) = read_warnings(caplog)
    (ring_dir / "ring.json").write_bytes(good)
    store.synchronise()
    os.truncate(ring_dir / "ring.json", 2**40)
    store.synchronise()

    assert "ring.json: is larger than 16384 KiB" in warning
    assert read_warnings(caplog) == [warning, warning]


@pytest.mark.parametrize("offset_s", [7200, -200 * 365 * 86400])
def test_key_file_from_a_clock_that_is_wrong_signs_now(filled_dir: Path, offset_s: int) -> None:
    now = datetime.now(UTC)
    time = now.timestamp() + offset_s
    os.utime(filled_dir / "private.pem", (time, time))

    (key,) = DirectoryStore.open(filled_dir, clock=lambda: now).ring.keys

    assert datetime.fromtimestamp(0, UTC) <= key.active_at <= now
