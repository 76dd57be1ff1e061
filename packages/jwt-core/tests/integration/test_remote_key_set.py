"""A remote key set over time: fetches, expiry, a failing endpoint, new keys."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from jwt_core import (
    InvalidSignatureError,
    KeySetUnavailableError,
    SigningKey,
    TokenExpiredError,
    UnknownKeyError,
    VerificationPolicy,
    generate_key,
    sign,
)
from jwt_core.remote import KeySetState, RemoteKeySet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import JwksServer, ManualClock

pytestmark = pytest.mark.requirement("JC-3")


def get_state(remote: RemoteKeySet) -> KeySetState:
    return remote.state  # a function, because mypy narrows a property


@pytest.fixture
def remote(server: JwksServer, clock: ManualClock) -> RemoteKeySet:
    return RemoteKeySet(server.uri, clock=clock)


@pytest.fixture
def loaded(remote: RemoteKeySet, server: JwksServer, key: SigningKey) -> RemoteKeySet:
    """A remote key set that has fetched the first key once."""
    server.publish(key)
    remote.prefetch()
    assert get_state(remote) is KeySetState.FRESH
    return remote


def test_set_is_fetched_once_within_its_lifetime(
    remote: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.publish(key, headers={"Cache-Control": "public, max-age=120"})
    assert get_state(remote) is KeySetState.EMPTY
    for _ in range(3):
        assert remote.verify(token, policy).claims["sub"] == "alice"
    clock.advance(119)
    remote.verify(token, policy)
    assert get_state(remote) is KeySetState.FRESH
    assert len(server.requests) == 1

    clock.advance(1)
    assert get_state(remote) is KeySetState.STALE
    remote.verify(token, policy)
    assert get_state(remote) is KeySetState.FRESH
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        ({}, 300),
        ({"Cache-Control": "max-age=86400"}, 3600),
        ({"Cache-Control": "no-store"}, 10),
        ({"Cache-Control": "max-age=100", "Age": "40"}, 60),
    ],
)
def test_lifetime_follows_the_response_within_limits(
    remote: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    clock: ManualClock,
    headers: Mapping[str, str],
    lifetime: int,
) -> None:
    server.publish(key, headers=headers)
    remote.prefetch()
    clock.advance(lifetime - 1)
    assert get_state(remote) is KeySetState.FRESH
    clock.advance(1)
    assert get_state(remote) is KeySetState.STALE


def test_last_good_set_is_served_while_endpoint_is_down(
    loaded: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.answer(b"", status="500 Internal Server Error")
    clock.advance(300)
    for _ in range(5):
        loaded.verify(token, policy)
        assert get_state(loaded) is KeySetState.COOLING_DOWN
    assert len(server.requests) == 2

    clock.advance(5)
    assert get_state(loaded) is KeySetState.STALE
    server.publish(key)
    loaded.verify(token, policy)
    assert get_state(loaded) is KeySetState.FRESH
    assert len(server.requests) == 3


def test_last_good_set_is_given_up_after_stale_limit(
    loaded: RemoteKeySet,
    server: JwksServer,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.answer(b"", status="500 Internal Server Error")
    clock.advance(24 * 3600 - 1)
    loaded.verify(token, policy)
    clock.advance(1)
    assert get_state(loaded) is KeySetState.FAILED
    with pytest.raises(KeySetUnavailableError, match="500"):
        loaded.verify(token, policy)


def test_set_that_nobody_used_for_long_is_fetched_again(
    loaded: RemoteKeySet,
    server: JwksServer,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    clock.advance(48 * 3600)
    assert get_state(loaded) is KeySetState.EMPTY
    loaded.verify(token, policy)
    assert len(server.requests) == 2


def test_fresh_keys_under_the_same_kid_are_picked_up_after_cooldown(
    loaded: RemoteKeySet,
    server: JwksServer,
    other_key: SigningKey,
    token: str,
    other_token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.publish(other_key)
    with pytest.raises(InvalidSignatureError):
        loaded.verify(other_token, policy)
    assert len(server.requests) == 1

    clock.advance(30)
    assert loaded.verify(other_token, policy).claims["sub"] == "alice"
    assert len(server.requests) == 2
    with pytest.raises(InvalidSignatureError):
        loaded.verify(token, policy)


def test_rotated_key_under_a_new_kid_is_picked_up_after_cooldown(
    loaded: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    claims: dict[str, object],
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    rotated = generate_key(kid="key-2")
    server.publish(key, rotated)
    clock.advance(30)
    loaded.verify(sign(claims, rotated), policy)
    loaded.verify(token, policy)
    assert len(server.requests) == 2


def test_unknown_kid_is_refused_at_once_during_cooldown(
    loaded: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    claims: dict[str, object],
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    strange = sign(claims, key, headers={"kid": "nobody"})
    clock.advance(30)
    for _ in range(200):
        with pytest.raises(UnknownKeyError) as caught:
            loaded.verify(strange, policy)
        assert caught.value.kid == "nobody"
    assert len(server.requests) == 2


def test_strange_token_causes_one_fetch_per_cooldown_while_endpoint_is_down(
    loaded: RemoteKeySet,
    server: JwksServer,
    other_token: str,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.answer(b"", status="500 Internal Server Error")
    clock.advance(30)
    for _ in range(6):
        with pytest.raises(InvalidSignatureError):
            loaded.verify(other_token, policy)
        clock.advance(4)
    assert len(server.requests) == 2
    assert get_state(loaded) is KeySetState.FRESH
    loaded.verify(token, policy)


def test_refused_claims_cause_no_fetch(
    loaded: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    claims: dict[str, object],
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    clock.advance(30)
    with pytest.raises(TokenExpiredError):
        loaded.verify(sign({**claims, "exp": 0}, key), policy)
    assert len(server.requests) == 1


class ForbiddenDocumentError(Exception):
    """Raised by the document validators in these tests."""


def reject_marked(document: Mapping[str, object]) -> None:
    if "dev_only" in document:
        raise ForbiddenDocumentError("marked document")  # noqa: EM101  # test of any exception


def exit_at_marked(document: Mapping[str, object]) -> None:
    if "dev_only" in document:
        raise SystemExit(1)


@pytest.mark.parametrize("document_validator", [reject_marked, exit_at_marked])
def test_rejected_document_leaves_the_last_good_set_in_use(
    server: JwksServer,
    key: SigningKey,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
    document_validator: Callable[[Mapping[str, object]], None],
) -> None:
    remote = RemoteKeySet(server.uri, clock=clock, document_validator=document_validator)
    server.publish(key)
    remote.verify(token, policy)
    server.answer(b'{"keys": [], "dev_only": true}')
    clock.advance(300)
    remote.verify(token, policy)
    assert len(server.requests) == 2
    assert get_state(remote) is KeySetState.COOLING_DOWN


def test_rejected_first_document_is_the_cause_and_is_logged(
    server: JwksServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer(b'{"keys": [], "dev_only": true}')
    remote = RemoteKeySet(server.uri, document_validator=reject_marked)
    with pytest.raises(KeySetUnavailableError, match="marked document") as caught:
        remote.prefetch()
    assert isinstance(caught.value.__cause__, ForbiddenDocumentError)
    (record,) = [record for record in caplog.records if record.name == "jwt_core.remote"]
    assert record.levelno == logging.ERROR
    assert "marked document" in record.getMessage()


def test_closed_set_fetches_no_more_but_uses_what_it_has(
    loaded: RemoteKeySet,
    server: JwksServer,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    loaded.close()
    clock.advance(300)
    loaded.verify(token, policy)
    assert len(server.requests) == 1


def test_closed_set_that_never_fetched_is_unavailable(remote: RemoteKeySet) -> None:
    remote.close()
    with pytest.raises(KeySetUnavailableError, match="nothing was fetched"):
        remote.prefetch()
