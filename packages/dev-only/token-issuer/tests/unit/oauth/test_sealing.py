# DEV-ONLY: never ship to production.
"""Sealed values: secret, authentic, for one purpose, until their end by either clock."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from msgspec import Struct
from proxy_guard import dev_marks
from token_issuer.oauth.errors import OAuthError
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.sealing import Purpose, Sealer

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)


class Note(Struct, frozen=True, array_like=True):
    text: str


def test_value_opens_for_its_purpose_alone() -> None:
    sealer = Sealer()
    for purpose in Purpose:
        sealed = sealer.seal(purpose, Note("secret"), now=NOW, lifetime=MINUTE)
        body = sealed.removeprefix(purpose)
        assert sealer.open_valid(purpose, sealed, Note, now=NOW) == Note("secret")
        for other in set(Purpose) - {purpose}:
            assert sealer.open(other, sealed, Note, now=NOW) is None
            assert sealer.open(other, f"{other}{body}", Note, now=NOW) is None


def test_guard_recognizes_each_value() -> None:
    for purpose in Purpose:
        sealed = Sealer().seal(purpose, Note(""), now=NOW, lifetime=timedelta(0))
        kind = dev_marks.CREDENTIALS[purpose]
        assert dev_marks.find_credential(f"token={sealed}") == kind
    assert set(Purpose) == dev_marks.CREDENTIALS.keys()


class Tagged(Struct, frozen=True, array_like=True, tag="tagged"):
    text: str


def test_record_of_another_type_is_not_opened() -> None:
    sealer = Sealer()
    records = {Note: Note("x"), Tagged: Tagged("x")}
    sealed = {
        kind: sealer.seal(Purpose.ACCESS_TOKEN, record, now=NOW, lifetime=MINUTE)
        for kind, record in records.items()
    }

    assert sealer.open_valid(Purpose.ACCESS_TOKEN, sealed[Tagged], Tagged, now=NOW) == Tagged("x")
    assert sealer.open(Purpose.ACCESS_TOKEN, sealed[Note], Tagged, now=NOW) is None


def test_value_is_secret_and_unique() -> None:
    sealer = Sealer()
    first, second = (
        sealer.seal(Purpose.CODE, Note("secret"), now=NOW, lifetime=MINUTE) for _ in range(2)
    )

    assert first != second
    assert b"secret" not in base64.urlsafe_b64decode(first.removeprefix(Purpose.CODE) + "==")


def test_each_sealer_has_a_key_of_its_own() -> None:
    sealed = Sealer().seal(Purpose.CODE, Note("x"), now=NOW, lifetime=MINUTE)

    assert Sealer().open(Purpose.CODE, sealed, Note, now=NOW) is None


def test_no_bit_may_change() -> None:
    sealer = Sealer()
    sealed = sealer.seal(Purpose.CODE, Note("x"), now=NOW, lifetime=MINUTE)
    data = base64.urlsafe_b64decode(sealed.removeprefix(Purpose.CODE) + "==")
    for position in range(len(data) * 8):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        text = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        assert sealer.open(Purpose.CODE, f"{Purpose.CODE}{text}", Note, now=NOW) is None


@pytest.mark.parametrize(
    "body", ["", "A", "AAAA", "A" * 15, "A" * 16, "A" * 38, "=", "ü", "A" * 20_000]
)
def test_text_that_is_no_sealed_value_opens_nothing(body: str) -> None:
    sealer = Sealer()

    assert sealer.open(Purpose.CODE, f"{Purpose.CODE}{body}", Note, now=NOW) is None
    assert sealer.open(Purpose.CODE, body, Note, now=NOW) is None


def test_long_values_are_not_worth_the_work() -> None:
    sealer = Sealer()
    sealed = sealer.seal(Purpose.CODE, Note("x" * 16384), now=NOW, lifetime=MINUTE)

    assert sealer.open(Purpose.CODE, sealed, Note, now=NOW) is None


@pytest.mark.parametrize(
    ("ahead_s", "elapsed_s", "is_expired"),
    [(0, 0, False), (59, 59, False), (60, 0, True), (0, 60, True), (-3600, 59, False),
     (-3600, 60, True)],
)  # fmt: skip
def test_value_expires_by_each_clock(ahead_s: int, elapsed_s: int, *, is_expired: bool) -> None:
    elapsed = [5.0]
    sealer = Sealer(lambda: elapsed[0])
    sealed = sealer.seal(Purpose.CODE, Note("x"), now=NOW, lifetime=MINUTE)
    elapsed[0] += elapsed_s
    now = NOW + timedelta(seconds=ahead_s)
    opened = sealer.open(Purpose.CODE, sealed, Note, now=now)

    assert opened is not None
    assert opened.is_expired is is_expired
    valid = sealer.open_valid(Purpose.CODE, sealed, Note, now=now)
    assert valid == (None if is_expired else Note("x"))


def test_parameters_are_limited() -> None:
    assert Parameters([("a", "x" * 4096), ("code", "x" * 16384)]).get("a")
    assert Parameters([(f"p{number}", "") for number in range(100)]).get("p1") is None
    for pairs in (
        [("a", "x" * 4097)],
        [("code", "x" * 16385)],
        [(f"p{number}", "") for number in range(101)],
    ):
        with pytest.raises(OAuthError, match="expected at most"):
            Parameters(pairs)


def test_resource_alone_may_be_repeated() -> None:
    Parameters([("resource", "a"), ("resource", "b")]).reject_repeated()
    with pytest.raises(OAuthError, match="audience: given 2 times"):
        Parameters([("audience", "a"), ("audience", "b")]).reject_repeated()
