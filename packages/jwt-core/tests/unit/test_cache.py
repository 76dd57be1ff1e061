from datetime import timedelta
from typing import Final

import pytest
from jwt_core import KeySet, SigningKey
from jwt_core.remote.cache import CacheLimits, CacheRecord, KeySetState

pytestmark = pytest.mark.requirement("JC-3")

LIMITS: Final = {
    "cooldown": timedelta(seconds=30),
    "failure_cooldown": timedelta(seconds=5),
    "default_lifetime": timedelta(seconds=300),
    "min_lifetime": timedelta(seconds=10),
    "max_lifetime": timedelta(seconds=3600),
    "stale_limit": timedelta(seconds=86400),
}
FAILURE: Final = OSError("endpoint is down")


@pytest.fixture
def limits() -> CacheLimits:
    return CacheLimits(**LIMITS)


@pytest.fixture
def key_set(key: SigningKey) -> KeySet:
    return KeySet((key.verification_key,))


def test_empty_record_is_due_at_once(limits: CacheLimits) -> None:
    record = CacheRecord()
    assert record.get_state(0) is KeySetState.EMPTY
    assert record.needs_fetch(0)
    assert record.get_usable_keys(0) is None
    failed = record.record_failure(FAILURE, 0, limits)
    assert failed.get_state(0) is KeySetState.FAILED
    assert (failed.needs_fetch(4.9), failed.needs_fetch(5)) == (False, True)
    assert failed.last_error is FAILURE


def test_record_lives_through_all_states(limits: CacheLimits, key_set: KeySet) -> None:
    record = CacheRecord().record_success(key_set, 0, 100, limits)
    assert record.get_state(99.9) is KeySetState.FRESH
    assert record.get_state(100) is KeySetState.STALE
    assert record.get_state(86400) is KeySetState.EMPTY
    assert record.get_usable_keys(86399) is key_set

    failed = record.record_failure(FAILURE, 100, limits)
    assert failed.get_state(104.9) is KeySetState.COOLING_DOWN
    assert failed.get_state(105) is KeySetState.STALE
    assert failed.get_usable_keys(86399) is key_set
    assert failed.get_usable_keys(86400) is None
    assert failed.get_state(86400) is KeySetState.FAILED

    again = failed.record_success(key_set, 200, None, limits)
    assert again.get_state(200) is KeySetState.FRESH
    assert again.last_error is None


def test_cooldown_is_longer_while_the_set_is_fresh(limits: CacheLimits, key_set: KeySet) -> None:
    record = CacheRecord().record_success(key_set, 0, 300, limits)
    assert (record.may_fetch(29.9), record.may_fetch(30)) == (False, True)
    failed = record.record_failure(FAILURE, 100, limits)
    assert (failed.may_fetch(129.9), failed.may_fetch(130)) == (False, True)
    assert failed.get_state(130) is KeySetState.FRESH


def test_set_that_expires_within_the_cooldown_is_due_when_it_does(
    limits: CacheLimits, key_set: KeySet
) -> None:
    record = CacheRecord().record_success(key_set, 0, 12, limits)
    assert (record.needs_fetch(11.9), record.needs_fetch(12)) == (False, True)


@pytest.mark.parametrize(
    ("stated", "lifetime"), [(None, 300), (0, 10), (10, 10), (60, 60), (3600, 3600), (1e9, 3600)]
)
def test_stated_lifetime_is_clamped(
    limits: CacheLimits, stated: float | None, lifetime: float
) -> None:
    assert limits.clamp_lifetime(stated) == lifetime


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("seconds", [0, -1])
def test_limit_that_is_not_positive_is_refused_by_name(name: str, seconds: int) -> None:
    with pytest.raises(ValueError, match=name):
        CacheLimits(**{**LIMITS, name: timedelta(seconds=seconds)})


@pytest.mark.parametrize("name", ["max_lifetime", "stale_limit"])
def test_limits_out_of_order_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="ascending order"):
        CacheLimits(**{**LIMITS, name: timedelta(seconds=1)})


def test_response_304_keeps_the_lifetime_that_it_does_not_state(
    limits: CacheLimits, key_set: KeySet
) -> None:
    record = CacheRecord().record_success(key_set, 0, 100, limits)
    record = record.record_failure(FAILURE, 150, limits)
    confirmed = record.record_not_modified(key_set, 200, None, limits)
    assert (confirmed.fresh_until, confirmed.usable_until) == (300, 200 + 86400)
    assert confirmed.last_error is None
    assert confirmed.record_not_modified(key_set, 300, 50, limits).fresh_until == 350
    unstated = CacheRecord().record_success(key_set, 0, None, limits)
    assert unstated.record_not_modified(key_set, 10, None, limits).fresh_until == 310
