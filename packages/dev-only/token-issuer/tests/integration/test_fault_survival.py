# DEV-ONLY: never ship to production.
"""The reference verifier under each fault: the last good set stays in use."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from jwt_core import VerificationPolicy
from jwt_core.remote import RemoteKeySet
from token_issuer.faults import FaultKind
from token_issuer.testing import RunningIssuer

pytestmark = pytest.mark.requirement("BV-2")
OPTIONS: dict[str, dict[str, object]] = {
    "delay": {"delay": "5m"},
    "drip": {"chunk": 1},
    "redirect": {"to": "loop"},
}


class Hand:
    """A clock that a test moves by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def keys(token_issuer: RunningIssuer, hand: Hand) -> Iterator[RemoteKeySet]:
    keys = RemoteKeySet(token_issuer.jwks_uri, clock=hand, timeout=timedelta(seconds=1))
    yield keys
    keys.close()


@pytest.mark.parametrize("kind", FaultKind)
def test_remote_key_set_survives(
    token_issuer: RunningIssuer, keys: RemoteKeySet, hand: Hand, kind: FaultKind
) -> None:
    policy = VerificationPolicy(issuer=token_issuer.issuer, audience=token_issuer.audience)
    token = token_issuer.mint(sub="alice")
    assert keys.verify(token, policy).claims["sub"] == "alice"
    token_issuer.faults.set({"kind": str(kind), **OPTIONS.get(kind, {})})
    hand.seconds += 3601

    assert keys.verify(token, policy).claims["sub"] == "alice"
    assert token_issuer.faults.list()[0].struck == 1
