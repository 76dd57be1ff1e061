# DEV-ONLY: never ship to production.
"""The ring that follows the clock: its epochs, its refusals, and its keys derived ahead."""

import itertools
import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from jwt_core import Algorithm, PrivateKey
from token_issuer.config.choices import KidStyle, RotationMode
from token_issuer.keys.derivation import derive_private_key
from token_issuer.keys.description import describe_keys
from token_issuer.keys.errors import DerivedKeysError, UnavailableAlgorithmError
from token_issuer.keys.ring import KeyState
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.seeded_keys import SeededKeys

pytestmark = pytest.mark.requirement("TI-12")

SEED: Final = "a seed of a test, not a secret"
START: Final = datetime(2026, 3, 1, tzinfo=UTC)
GOOGLE: Final = RotationPlan.like_google(1)
ON_DEMAND: Final = RotationPlan.on_demand(timedelta(minutes=5), timedelta(minutes=15))
DAY: Final = timedelta(days=1)
MICROSECOND: Final = timedelta(microseconds=1)


class Source:
    """Derives keys of elliptic curves, and counts them; RSA keys would take long."""

    def __init__(self) -> None:
        self.derived: list[tuple[Algorithm, int]] = []

    def __call__(self, algorithm: Algorithm, epoch: int) -> PrivateKey:
        self.derived.append((algorithm, epoch))
        return derive_private_key(SEED, "", "ES256", epoch)


class Timeline:
    """A clock that a test moves."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def start(
    source: Source, clock: Timeline, plan: RotationPlan = GOOGLE, style: KidStyle = KidStyle.DEV_KEY
) -> SeededKeys:
    return SeededKeys(source, [Algorithm.ES256], plan=plan, style=style, clock=clock)


def test_schedule_has_the_shape_of_google() -> None:
    clock = Timeline(datetime(1970, 1, 1, tzinfo=UTC) + 2500 * 8 * DAY)
    keys = start(Source(), clock)
    hour = timedelta(hours=1)
    counts = []
    for _ in range(24 * 8):
        counts.append(len(keys.view.verification_keys))
        clock.now += hour

    assert counts == [2] * (24 * 8 - 18) + [3] * 18
    states = [key.get_state(clock.now) for key in keys.view.ring.keys]
    assert states == [KeyState.RETIRED, KeyState.ACTIVE]


def test_documents_change_at_the_announced_moment_and_not_before() -> None:
    clock = Timeline()
    keys = start(Source(), clock)
    for _ in range(6):
        body, change = keys.view.jwks.body, keys.view.next_document_change
        assert change is not None
        clock.now = change - MICROSECOND
        assert keys.view.jwks.body == body
        clock.now = change
        assert keys.view.jwks.body != body


def test_key_signs_exactly_for_its_epoch() -> None:
    clock = Timeline(datetime(1970, 1, 1, tzinfo=UTC) + 2500 * 8 * DAY - MICROSECOND)
    keys = start(Source(), clock)

    before = keys.view.signers[Algorithm.ES256].kid
    clock.now += MICROSECOND
    after = keys.view.signers[Algorithm.ES256].kid

    assert (before, after) == (f"dev-key-{3 + 4 * 2499}", f"dev-key-{3 + 4 * 2500}")


def test_refresh_derives_the_next_epoch_ahead_and_drops_past_ones() -> None:
    clock, source = Timeline(), Source()
    keys = start(source, clock)
    keys.refresh()
    for _ in range(5):
        derived = len(source.derived)
        clock.now += 8 * DAY
        assert keys.view.signers
        assert len(source.derived) == derived  # no request had to wait
        keys.refresh()
        keys.refresh()
        assert len(source.derived) == derived + 1
    clock.now -= timedelta(seconds=5)

    assert keys.view.signers
    assert len(source.derived) == len(set(source.derived))
    assert len(keys._entries) <= 5


def test_ring_is_right_after_a_long_sleep() -> None:
    clock = Timeline()
    keys = start(Source(), clock)
    clock.now += 1000 * DAY

    assert keys.view.jwks == start(Source(), clock).view.jwks


@pytest.mark.parametrize("year", [1969, 1970])
def test_clock_at_its_start_uses_the_first_epoch(year: int) -> None:
    keys = start(Source(), Timeline(datetime(year, 1, 1, tzinfo=UTC)))

    assert [key.kid for key in keys.view.verification_keys] == ["dev-key-3"]
    assert keys.view.signers[Algorithm.ES256].kid == "dev-key-3"


def test_ring_without_a_plan_is_the_first_epoch_for_ever() -> None:
    clock, source = Timeline(), Source()
    keys = start(source, clock, ON_DEMAND)
    body = keys.view.jwks.body
    clock.now += 5000 * DAY

    assert keys.view.jwks.body == body
    assert keys.view.next_document_change is None
    assert describe_keys(keys).keys[0].retired_at is None
    with keys:  # starts no thread
        assert source.derived == [(Algorithm.ES256, 0)]


@pytest.mark.parametrize("style", KidStyle)
def test_each_style_of_kids_is_that_of_any_ring(style: KidStyle) -> None:
    entry = start(Source(), Timeline(), ON_DEMAND, style).view.ring.keys[0]

    expected = {KidStyle.DEV_KEY: "dev-key-3", KidStyle.THUMBPRINT: entry.thumbprint}
    assert entry.kid == expected.get(style, entry.kid)
    assert style is not KidStyle.HEX or (len(entry.kid) == 40 and int(entry.kid, 16))


@pytest.mark.parametrize("plan", [GOOGLE, ON_DEMAND])
def test_changes_on_demand_are_refused(plan: RotationPlan) -> None:
    keys = start(Source(), Timeline(), plan)
    body = keys.view.jwks.body

    for mode in RotationMode:
        with pytest.raises(DerivedKeysError, match="set TOKEN_ISSUER_ROTATION, or unset TOKEN_I"):
            keys.rotate(mode, Algorithm.ES256)
    with pytest.raises(DerivedKeysError, match="derived from TOKEN_ISSUER_KEY_SEED"):
        keys.remove("dev-key-3")
    with pytest.raises(UnavailableAlgorithmError, match="add EdDSA to TOKEN_ISSUER_ALGORITHMS"):
        keys.ensure_key(Algorithm.EDDSA)
    assert keys.view.jwks.body == body


def test_failing_derivation_logs_no_seed(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("token_issuer.keys.service.REFRESH_INTERVAL_S", 0.001)
    source, attempts, has_tried_again = Source(), itertools.count(1), threading.Event()

    def derive(algorithm: Algorithm, epoch: int) -> PrivateKey:
        if len(source.derived) == 2:
            if next(attempts) == 2:  # the first error has been logged
                has_tried_again.set()
            raise MemoryError
        return source(algorithm, epoch)

    keys = SeededKeys(derive, [Algorithm.ES256], plan=GOOGLE, clock=Timeline())
    with caplog.at_level(logging.DEBUG), keys:
        assert has_tried_again.wait(60)

    assert "the keys cannot be refreshed" in caplog.text
    assert SEED not in caplog.text
    assert SEED not in repr(keys) + repr(vars(keys))
