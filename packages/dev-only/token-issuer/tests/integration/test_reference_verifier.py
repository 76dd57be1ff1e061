# DEV-ONLY: never ship to production.
"""The reference verifier under each fault, and through rotations: on a clock moved by hand."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

import pytest
from jwt_core import KeySetUnavailableError, UnknownKeyError, VerificationPolicy
from jwt_core.remote import RemoteKeySet
from token_issuer.faults.kinds import FaultKind, find_paths
from token_issuer.testing import RunningIssuer

OPTIONS: dict[str, dict[str, object]] = {
    "delay": {"delay": "5m"},
    "drip": {"chunk": 1},
    "redirect": {"to": "loop"},
}
ENDLESS: Final = {FaultKind.DELAY, FaultKind.DRIP}
THREADS: Final = 8
HOUR_S: Final = 3601.0

Connect = Callable[..., RemoteKeySet]


class Hand:
    """A clock that a test moves by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def connect(token_issuer: RunningIssuer, hand: Hand) -> Iterator[Connect]:
    """Return a function that makes a key set of the issuer's keys, with a limit for each fetch."""
    with ExitStack() as stack:

        def build(timeout: timedelta) -> RemoteKeySet:
            keys = RemoteKeySet(token_issuer.jwks_uri, clock=hand, timeout=timeout)
            stack.callback(keys.close)
            return keys

        yield build


@pytest.fixture
def policy(token_issuer: RunningIssuer) -> VerificationPolicy:
    return VerificationPolicy(issuer=token_issuer.issuer, audience=token_issuer.audience)


def fetch(keys: RemoteKeySet, token: str, policy: VerificationPolicy, hand: Hand) -> None:
    """Fetch the first set; a busy machine may need longer for it than a short limit allows."""
    while True:
        try:
            keys.verify(token, policy)
        except KeySetUnavailableError:
            hand.seconds += HOUR_S
        else:
            return


@pytest.mark.requirement("BV-2")
@pytest.mark.parametrize("kind", [k for k in FaultKind if "/certs" in find_paths(k)])
def test_last_good_set_stays_in_use(
    token_issuer: RunningIssuer,
    connect: Connect,
    policy: VerificationPolicy,
    hand: Hand,
    kind: FaultKind,
) -> None:
    # Only what never ends has to be given up, and that takes the whole limit.
    keys = connect(timeout=timedelta(seconds=1 if kind in ENDLESS else 60))
    token = token_issuer.mint(sub="alice")
    fetch(keys, token, policy, hand)
    token_issuer.faults.set({"kind": str(kind), **OPTIONS.get(kind, {})})

    while not token_issuer.faults.list()[0].struck:
        hand.seconds += HOUR_S
        assert keys.verify(token, policy).claims["sub"] == "alice"


@pytest.mark.requirement("GO-4", "JC-3")
def test_failures_after_emergency_rotations_end_with_the_cooldown(
    token_issuer: RunningIssuer, connect: Connect, policy: VerificationPolicy, hand: Hand
) -> None:
    keys = connect(timeout=timedelta(seconds=60))
    keys.verify(token_issuer.mint(), policy)
    hand.seconds = 30  # the cooldown by default
    token_issuer.rotate("emergency")
    keys.verify(token_issuer.mint(), policy)  # fetched at once: the last fetch is long ago
    token_issuer.rotate("emergency")
    token = token_issuer.mint()
    fetches = token_issuer.requests.count("/.well-known/jwks.json")

    def verify(_: int) -> str:
        try:
            return str(keys.verify(token, policy).claims["sub"])
        except UnknownKeyError:
            return "unknown key"

    with ThreadPoolExecutor(THREADS) as pool:
        hand.seconds = 59.9
        assert set(pool.map(verify, range(100))) == {"unknown key"}
        assert token_issuer.requests.count("/.well-known/jwks.json") == fetches
        hand.seconds = 60
        assert set(pool.map(verify, range(100))) == {"dev-user"}
        assert token_issuer.requests.count("/.well-known/jwks.json") == fetches + 1
