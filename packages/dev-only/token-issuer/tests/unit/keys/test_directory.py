# DEV-ONLY: never ship to production.
"""A ring in a directory: what is adopted, kept, repaired and refused."""

import json
import stat
import threading
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final

import pytest
from jwt_core import (
    Algorithm,
    SigningKey,
    decode_private_pem,
    encode_private_pem,
    encode_public_pem,
    generate_key,
)
from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.errors import KeyDirectoryError, UnmarkedKeyError
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.directory import DirectoryStore
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.storage.ring_file import decode_ring
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.keys.watermark import generate_marked_key
from token_issuer.timing.clock import read_system_clock

PLAN: Final = RotationPlan(lead=timedelta(0), retention=timedelta(minutes=5))


@pytest.fixture
def old_dir(keys_dir: Path, marked_key: SigningKey) -> Path:
    """Return a directory as the first version of the issuer made it."""
    open_key_directory(keys_dir, generate=lambda: marked_key)
    return keys_dir


@pytest.fixture(scope="module")
def pregenerated_keys() -> list[SigningKey]:
    return [generate_marked_key() for _ in range(3)]


def serve(directory: Path, pregenerated_keys: list[SigningKey]) -> KeyService:
    supply = iter(pregenerated_keys)

    def generate(algorithm: Algorithm) -> SigningKey:
        return next(supply) if algorithm is Algorithm.RS256 else generate_key(algorithm)

    return StoredKeys(DirectoryStore.open(directory), plan=PLAN, generate=generate)


def read_public_key(directory: Path) -> object:
    return decode_private_pem((directory / "private.pem").read_bytes()).verification_key.public_key


@pytest.mark.requirement("TI-6")
def test_directory_of_the_first_version_is_adopted_and_left_as_it_is(
    old_dir: Path, marked_key: SigningKey
) -> None:
    before = {path.name: path.read_bytes() for path in old_dir.iterdir()}

    ring = DirectoryStore.open(old_dir).ring

    assert [key.kid for key in ring.keys] == ["dev-key"]
    assert ring.keys[0].signing_key
    assert ring.keys[0].signing_key.verification_key == marked_key.verification_key
    assert {path.name: path.read_bytes() for path in old_dir.iterdir()} == before


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("style", [KidStyle.HEX, KidStyle.THUMBPRINT])
def test_name_made_of_the_key_is_the_same_at_each_start(old_dir: Path, style: KidStyle) -> None:
    names = {DirectoryStore(old_dir, style=style).ring.keys[0].kid for _ in range(2)}

    assert len(names) == 1
    assert names != {"dev-key"}


@pytest.mark.requirement("TI-6", "GO-4")
def test_ring_survives_a_restart(old_dir: Path, pregenerated_keys: list[SigningKey]) -> None:
    service = serve(old_dir, pregenerated_keys)
    service.rotate()
    service.ensure_key(Algorithm.ES256)
    service.rotate(RotationMode.SIGN_BEFORE_PUBLISH, lead=timedelta(hours=1))

    again = DirectoryStore.open(old_dir)

    assert again.ring.made == 4
    assert [(k.kid, k.algorithm) for k in again.ring.keys] == [
        ("dev-key", Algorithm.RS256),
        ("dev-key-2", Algorithm.RS256),
        ("dev-key-3", Algorithm.ES256),
        ("dev-key-4", Algorithm.RS256),
    ]
    for ours, theirs in zip(service.view.ring.keys, again.ring.keys, strict=True):
        assert ours.signing_key
        assert theirs.signing_key
        assert ours.signing_key.verification_key == theirs.signing_key.verification_key
        assert list(ours.iterate_changes()) == list(theirs.iterate_changes())
    assert stat.S_IMODE((old_dir / "ring.json").stat().st_mode) == 0o600


@pytest.mark.requirement("TI-6", "GO-4")
def test_pem_files_are_always_the_active_rsa_key(
    old_dir: Path, pregenerated_keys: list[SigningKey]
) -> None:
    service = serve(old_dir, pregenerated_keys)

    service.rotate()
    service.rotate(algorithm=Algorithm.ES256)

    assert read_public_key(old_dir) == pregenerated_keys[0].verification_key.public_key
    assert (old_dir / "public.pem").read_bytes() == encode_public_pem(pregenerated_keys[0])


@pytest.mark.requirement("TI-6", "GO-4")
def test_pem_files_follow_when_the_time_of_a_published_key_comes(
    old_dir: Path, pregenerated_keys: list[SigningKey], marked_key: SigningKey
) -> None:
    ahead = timedelta(0)

    def read_clock() -> datetime:
        return read_system_clock() + ahead

    store = DirectoryStore.open(old_dir, clock=read_clock)
    service = StoredKeys(
        store, plan=PLAN, clock=read_clock, generate=lambda _: pregenerated_keys[0]
    )
    service.rotate(lead=timedelta(hours=1))
    service.refresh()
    before = read_public_key(old_dir)
    ahead = timedelta(hours=2)
    service.refresh()

    assert before == marked_key.verification_key.public_key
    assert read_public_key(old_dir) == pregenerated_keys[0].verification_key.public_key


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("name", ["private.pem", "public.pem"])
@pytest.mark.parametrize("is_missing", [True, False])
def test_pem_files_that_a_crash_left_behind_are_brought_up_to_date(
    old_dir: Path, pregenerated_keys: list[SigningKey], name: str, *, is_missing: bool
) -> None:
    before = (old_dir / name).read_bytes()
    serve(old_dir, pregenerated_keys).rotate()
    after = (old_dir / name).read_bytes()
    if is_missing:
        (old_dir / name).unlink()
    else:
        (old_dir / name).write_bytes(before)

    DirectoryStore.open(old_dir)

    assert before != after
    assert (old_dir / name).read_bytes() == after


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("name", ["private.pem", "public.pem"])
def test_foreign_pem_file_beside_a_ring_is_rejected_and_kept(
    old_dir: Path, pregenerated_keys: list[SigningKey], name: str
) -> None:
    service = serve(old_dir, pregenerated_keys)
    service.rotate()
    encode = encode_private_pem if name == "private.pem" else encode_public_pem
    (old_dir / name).write_bytes(encode(pregenerated_keys[2]))
    before = {path.name: path.read_bytes() for path in old_dir.iterdir()}

    with pytest.raises(
        KeyDirectoryError, match=rf"{name}: is not a key of ring\.json; move {name}"
    ):
        DirectoryStore.open(old_dir)
    with pytest.raises(KeyDirectoryError, match=r"is not a key of ring\.json"):
        service.rotate()

    assert {path.name: path.read_bytes() for path in old_dir.iterdir()} == before


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize(
    ("members", "key_members"),
    [
        ({"format": 2}, {}),
        ({"x": 1}, {}),
        ({"keys": []}, {}),
        ({}, {"kid": "dev-key-2"}),
        ({}, {"alg": "HS256"}),
        ({}, {"private_key": "-----BEGIN PRIVATE KEY-----\nnope", "thumbprint": "x"}),
        ({}, {"thumbprint": "x"}),
        ({}, {"active_at": "2026-03-01T12:00:00"}),
        ({}, {"active_at": "0001-01-01T00:00:00+14:00"}),
        ({}, {"created_at": "yesterday"}),
        ({}, {"retired_at": ""}),
    ],
    ids=[
        "format",
        "unknown member",
        "empty",
        "same kid",
        "algorithm",
        "broken key",
        "thumbprint",
        "naive time",
        "time before the calendar",
        "word",
        "empty time",
    ],
)
def test_unusable_ring_is_rejected_and_kept(
    old_dir: Path,
    pregenerated_keys: list[SigningKey],
    members: dict[str, object],
    key_members: dict[str, object],
) -> None:
    serve(old_dir, pregenerated_keys).rotate()
    path = old_dir / "ring.json"
    document = json.loads(path.read_text())
    document["keys"][0] |= key_members
    before = json.dumps(document | members)
    path.write_text(before)

    with pytest.raises(
        KeyDirectoryError, match=r"ring\.json: not a valid key ring .* move it away"
    ):
        DirectoryStore.open(old_dir)

    assert path.read_text() == before


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("data", [b"", b'{"dev_only":true,"keys":[', b"\xff", b"[]"])
def test_ring_that_is_no_document_is_rejected(
    old_dir: Path, pregenerated_keys: list[SigningKey], data: bytes
) -> None:
    serve(old_dir, pregenerated_keys).rotate()
    (old_dir / "ring.json").write_bytes(data)

    with pytest.raises(KeyDirectoryError, match=r"ring\.json: not a valid key ring"):
        DirectoryStore.open(old_dir)


@pytest.mark.requirement("TI-6")
def test_foreign_rsa_key_in_a_ring_is_rejected(
    old_dir: Path, pregenerated_keys: list[SigningKey]
) -> None:
    serve(old_dir, pregenerated_keys).rotate()
    document = json.loads((old_dir / "ring.json").read_text())
    foreign = generate_key()
    document["keys"][0]["private_key"] = encode_private_pem(foreign).decode()
    document["keys"][0]["thumbprint"] = foreign.kid
    (old_dir / "ring.json").write_text(json.dumps(document))

    with pytest.raises(UnmarkedKeyError, match=r"ring\.json"):
        DirectoryStore(old_dir)


@pytest.mark.requirement("TI-6")
def test_running_process_keeps_its_ring_when_the_file_turns_bad(
    old_dir: Path, pregenerated_keys: list[SigningKey], caplog: pytest.LogCaptureFixture
) -> None:
    service = serve(old_dir, pregenerated_keys)
    service.rotate()
    kid = service.view.default_kid
    (old_dir / "ring.json").write_text("nope")

    for _ in range(3):
        service.refresh()

    assert service.view.default_kid == kid
    assert caplog.text.count("the keys stay as they are") == 1


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("name", ["private.pem", "public.pem"])
def test_pem_file_that_is_no_key_is_rejected_beside_a_ring(
    old_dir: Path, pregenerated_keys: list[SigningKey], name: str
) -> None:
    serve(old_dir, pregenerated_keys).rotate()
    (old_dir / name).write_bytes(b"\xff")

    with pytest.raises(KeyDirectoryError, match=rf"{name}: is not a key of ring\.json"):
        DirectoryStore.open(old_dir)


@pytest.mark.requirement("TI-6")
def test_running_process_leaves_a_foreign_pem_file_alone(
    old_dir: Path, pregenerated_keys: list[SigningKey], caplog: pytest.LogCaptureFixture
) -> None:
    service = serve(old_dir, pregenerated_keys)
    service.rotate()
    other = StoredKeys(DirectoryStore(old_dir), plan=PLAN)
    (old_dir / "private.pem").write_bytes(encode_private_pem(pregenerated_keys[2]))
    before = (old_dir / "private.pem").read_bytes()

    for _ in range(3):
        other.refresh()

    assert (old_dir / "private.pem").read_bytes() == before
    assert caplog.text.count("private.pem and public.pem stay as they are") == 1


@pytest.mark.requirement("TI-6")
def test_loading_writes_nothing(old_dir: Path, pregenerated_keys: list[SigningKey]) -> None:
    serve(old_dir, pregenerated_keys).rotate()
    (old_dir / "public.pem").unlink()

    DirectoryStore(old_dir)

    assert not (old_dir / "public.pem").exists()


class ObservedLock:
    """A lock that reports a second thread before that thread waits."""

    def __init__(self) -> None:
        self.has_second_user = threading.Event()
        self._lock = threading.Lock()
        self._users = 0

    def __enter__(self) -> None:
        self._users += 1
        if self._users > 1:
            self.has_second_user.set()
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


@pytest.mark.requirement("TI-6", "GO-4")
def test_change_during_a_synchronisation_is_kept(
    old_dir: Path, pregenerated_keys: list[SigningKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(old_dir, pregenerated_keys).rotate()
    store = DirectoryStore.open(old_dir)
    service = StoredKeys(store, plan=PLAN, generate=generate_key)
    serve(old_dir, pregenerated_keys[1:]).rotate()  # as another process does
    lock, has_read = ObservedLock(), threading.Event()
    monkeypatch.setattr(store, "_lock", lock)

    def change() -> None:
        try:
            service.ensure_key(Algorithm.ES256)
        finally:
            lock.has_second_user.set()

    def decode_and_let_the_other_thread_change(data: bytes, known: KeyRing | None) -> KeyRing:
        ring = decode_ring(data, known)
        if threading.current_thread() is synchronisation:
            has_read.set()
            lock.has_second_user.wait()
        return ring

    decode = "token_issuer.keys.storage.reader.decode_ring"
    monkeypatch.setattr(decode, decode_and_let_the_other_thread_change)
    synchronisation = threading.Thread(target=store.synchronise)
    other_thread = threading.Thread(target=change)
    synchronisation.start()
    has_read.wait()
    other_thread.start()
    synchronisation.join()
    other_thread.join()

    assert [key.algorithm for key in store.ring.keys] == [*[Algorithm.RS256] * 3, Algorithm.ES256]
