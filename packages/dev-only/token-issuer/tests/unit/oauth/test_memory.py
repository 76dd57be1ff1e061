# DEV-ONLY: never ship to production.
"""The memory of logins is bounded, and grows by a few bytes for each of them."""

import gc
import sys
import threading
from typing import Any, Final

import pytest
from token_issuer.oauth.errors import OAuthError
from token_issuer.oauth.ledger import UNUSED, Ledger

LOGINS: Final = 10_000
MAX_NEW_BLOCKS: Final = 500
"""Growth that does not depend on the number of logins, such as that of caches."""


def test_logins_leave_four_bytes_each(build_party: Any) -> None:
    party = build_party(profile="google")  # its access tokens need no signature

    def log_in(count: int) -> None:
        for _ in range(count):
            party.cookie = None
            party.redeem(party.get_code(scope="email"))
            party.seen.clear()

    log_in(100)
    gc.collect()
    before = sys.getallocatedblocks()
    log_in(LOGINS)
    gc.collect()

    assert sys.getallocatedblocks() - before < MAX_NEW_BLOCKS
    states = party.provider._state.grants._states
    assert (len(states), states.itemsize) == (LOGINS + 100, 4)


def test_ledger_keeps_its_size() -> None:
    ledger = Ledger(capacity=100)
    for _ in range(1000):
        ledger.advance(ledger.add(), UNUSED)

    assert len(ledger._states) == 100


def test_grants_that_are_no_longer_remembered_lapse() -> None:
    """A replay is never accepted because its first use has been forgotten."""
    ledger = Ledger(capacity=3)
    used, unused, revoked = ledger.add(), ledger.add(), ledger.add()
    assert ledger.advance(used, UNUSED)
    ledger.revoke(revoked)
    newer = [ledger.add() for _ in range(3)]

    for number in (used, unused, revoked, -1, newer[-1] + 1, 10**9):
        assert not ledger.is_live(number)
        assert not ledger.advance(number, UNUSED)
        assert not ledger.advance(number, 1)
        ledger.revoke(number)
    assert all(ledger.is_at(number, UNUSED) for number in newer)


def test_steps_of_a_grant() -> None:
    ledger = Ledger()
    number = ledger.add()
    assert ledger.is_at(number, UNUSED)
    assert ledger.advance(number, UNUSED)
    assert ledger.advance(number, 1)
    assert ledger.is_live(number)
    assert not ledger.advance(number, 1)
    assert not ledger.is_live(number)
    assert not ledger.advance(number, 2)


def test_one_of_many_threads_makes_a_step() -> None:
    ledger, barrier, results = Ledger(), threading.Barrier(8), []
    number = ledger.add()

    def step() -> None:
        barrier.wait()
        results.append(ledger.advance(number, UNUSED))

    threads = [threading.Thread(target=step) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results.count(True) == 1


def test_old_logins_lapse_instead_of_filling_the_memory(party: Any) -> None:
    party.provider._state.grants = Ledger(capacity=2)
    tokens, code = party.log_in(), party.get_code()
    party.get_code()
    party.get_code()

    with pytest.raises(OAuthError, match="code: has been used already"):
        party.redeem(code)
    with pytest.raises(OAuthError, match="is revoked"):
        party.refresh(tokens.refresh_token)
    assert party.introspect(tokens.access_token) == {"active": False}


def test_sealed_values_are_read_up_to_a_limit(party: Any) -> None:
    with pytest.raises(OAuthError, match="code: expected at most 16384 characters"):
        party.redeem("x" * 16385)
    with pytest.raises(OAuthError, match="foo: expected at most 4096 characters"):
        party.redeem("x", foo="x" * 4097)
    with pytest.raises(OAuthError, match="expected at most 100 parameters"):
        party.redeem("x", **{f"p{number}": "" for number in range(100)})
