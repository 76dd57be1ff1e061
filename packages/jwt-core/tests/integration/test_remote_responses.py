"""Unrequested responses 304, and key sets with keys that cannot be used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from jwt_core import (
    KeySetUnavailableError,
    SigningKey,
    UnknownKeyError,
    VerificationPolicy,
    encode_jwk,
    sign,
)
from jwt_core.remote import KeySetState, RemoteKeySet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import JwksServer, ManualClock

pytestmark = pytest.mark.requirement("JC-3")

NOT_MODIFIED: Final = "304 Not Modified"
WEAK: Final = {"kty": "RSA", "kid": "weak", "n": f"{'_' * 170}8", "e": "AQAB"}


def get_state(remote: RemoteKeySet) -> KeySetState:
    return remote.state  # a function, because mypy narrows a property


@pytest.fixture
def remote(server: JwksServer, clock: ManualClock) -> RemoteKeySet:
    return RemoteKeySet(server.uri, clock=clock)


@pytest.mark.parametrize("headers", [{}, {"Cache-Control": "max-age=600"}, {"ETag": '"a"'}])
def test_first_response_304_is_a_failed_fetch(
    remote: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    clock: ManualClock,
    headers: Mapping[str, str],
) -> None:
    server.answer(b"", status=NOT_MODIFIED, headers=headers)
    with pytest.raises(KeySetUnavailableError, match=r"304.*expected 200"):
        remote.prefetch()
    assert get_state(remote) is KeySetState.FAILED
    assert "if-none-match" not in server.requests[0].lower()
    assert "if-modified-since" not in server.requests[0].lower()
    server.publish(key)
    clock.advance(5)
    remote.prefetch()
    assert get_state(remote) is KeySetState.FRESH


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        ({"Cache-Control": "max-age=60"}, 60),
        ({"Cache-Control": "max-age=600", "Age": "100"}, 500),
        ({"Cache-Control": "no-store"}, 10),
        ({"Cache-Control": "max-age=999999"}, 3600),
        ({}, 120),  # as the response with the set stated (RFC 9111 §4.3.4)
        ({"Content-Type": "text/html", "Content-Length": ""}, 120),
    ],
)
def test_later_response_304_keeps_the_set_for_the_lifetime_that_it_states(
    server: JwksServer,
    key: SigningKey,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
    headers: Mapping[str, str],
    lifetime: int,
) -> None:
    remote = RemoteKeySet(server.uri, clock=clock)
    server.publish(key, headers={"Cache-Control": "max-age=120"})
    remote.verify(token, policy)
    server.answer(b"", status=NOT_MODIFIED, headers=headers)
    for requests in (2, 3, 4):
        clock.advance(3600)
        assert get_state(remote) is KeySetState.STALE
        remote.verify(token, policy)
        assert len(server.requests) == requests
        assert get_state(remote) is KeySetState.FRESH
    clock.advance(lifetime - 1)
    assert get_state(remote) is KeySetState.FRESH
    clock.advance(1)
    assert get_state(remote) is KeySetState.STALE


def test_response_304_does_not_revive_a_set_beyond_its_stale_limit(
    remote: RemoteKeySet, server: JwksServer, key: SigningKey, clock: ManualClock
) -> None:
    server.publish(key)
    remote.prefetch()
    server.answer(b"", status=NOT_MODIFIED)
    clock.advance(24 * 3600)
    with pytest.raises(KeySetUnavailableError, match="304"):
        remote.prefetch()


def test_response_304_to_an_unknown_kid_rejects_the_token(
    remote: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    claims: dict[str, object],
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.publish(key)
    remote.prefetch()
    server.answer(b"", status=NOT_MODIFIED)
    clock.advance(30)
    for _ in range(3):
        with pytest.raises(UnknownKeyError):
            remote.verify(sign(claims, key, headers={"kid": "nobody"}), policy)
    assert len(server.requests) == 2
    assert get_state(remote) is KeySetState.FRESH


def publish(server: JwksServer, *members: object) -> None:
    server.answer(json.dumps({"keys": members}).encode())


def test_skipped_key_is_logged_once_and_not_at_every_fetch(
    remote: RemoteKeySet,
    server: JwksServer,
    key: SigningKey,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    jwk: dict[str, Any] = {**encode_jwk(key.verification_key)}
    for members in ([WEAK, jwk], [WEAK, jwk], [jwk, WEAK], [jwk, jwk, dict(WEAK)]):
        publish(server, *members)
        assert remote.verify(token, policy).claims["sub"] == "alice"
        clock.advance(3600)
    assert len(server.requests) == 4
    (record,) = caplog.records
    assert server.uri in record.getMessage()
    assert "skipped keys[0] (kid 'weak'): the RSA key has 1024 bits" in record.getMessage()

    publish(server, jwk, WEAK, {**WEAK, "kid": "weak-2"})
    remote.verify(token, policy)
    assert len(caplog.records) == 2
    assert "weak-2" in caplog.records[1].getMessage()


def test_failed_fetch_names_the_reason_of_each_key_within_bounds(
    remote: RemoteKeySet, server: JwksServer, caplog: pytest.LogCaptureFixture
) -> None:
    publish(server, *({**WEAK, "kid": f"{number}" + "x" * 200} for number in range(500)))
    with pytest.raises(KeySetUnavailableError, match=r"1024 bits.*490 more keys"):
        remote.prefetch()
    (record,) = caplog.records
    assert len(record.getMessage()) < 4000


def test_text_of_a_protocol_error_is_bounded(
    remote: RemoteKeySet, server: JwksServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer_with(lambda connection: connection.sendall(b"HTTP/1.1 " + b"x" * 50_000))
    with pytest.raises(KeySetUnavailableError) as caught:
        remote.prefetch()
    assert len(caught.value.reason) <= 200
    assert len(caplog.records[0].getMessage()) < 400
