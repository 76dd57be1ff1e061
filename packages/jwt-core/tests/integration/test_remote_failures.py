"""Endpoints that fail, stall or send invalid documents, on a real server on loopback."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from jwt_core import (
    KeySetFormatError,
    KeySetUnavailableError,
    SigningKey,
    VerificationPolicy,
    encode_jwk,
    encode_private_pem,
    generate_key,
)
from jwt_core.remote import KeySetState, RemoteKeySet
from jwt_core.remote.fetching import FetchError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from conftest import JwksServer, ManualClock

pytestmark = pytest.mark.requirement("JC-3")

LONG_TIMEOUT: Final = timedelta(seconds=60)
TIMEOUT: Final = timedelta(milliseconds=400)
TEN_MEGABYTES: Final = 10 * 1024 * 1024


def fetch_failure(server: JwksServer) -> KeySetUnavailableError:
    """Fetch once, which must fail, and return the error."""
    return fetch_failure_within(LONG_TIMEOUT, server)


def fetch_failure_within(timeout: timedelta, server: JwksServer) -> KeySetUnavailableError:
    """Fetch once, which must fail at the latest by the timeout, and return the error."""
    remote = RemoteKeySet(server.uri, timeout=timeout)
    with pytest.raises(KeySetUnavailableError) as caught:
        remote.prefetch()
    assert remote.state is KeySetState.FAILED
    # On a busy machine a short timeout may be over before the server has read the request.
    assert len(server.requests) == 1 or timeout < LONG_TIMEOUT
    assert caught.value.jwks_uri == server.uri
    return caught.value


@pytest.mark.parametrize(
    "status",
    ["500 Internal Server Error", "404 Not Found", "204 No Content", "206 Partial Content"],
)
def test_fetch_fails_on_status_other_than_200(server: JwksServer, status: str) -> None:
    server.answer(b"", status=status)
    assert status[:3] in fetch_failure(server).reason


def test_fetch_fails_on_redirect_without_following_it(server: JwksServer) -> None:
    server.answer(b"", status="302 Found", headers={"Location": server.uri})
    assert "302" in fetch_failure(server).reason


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=utf-8", ""])
def test_fetch_fails_on_content_type_other_than_json(
    server: JwksServer, key: SigningKey, content_type: str
) -> None:
    server.publish(key, headers={"Content-Type": content_type})
    assert "Content-Type" in fetch_failure(server).reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'"keys"',
        b'{"keys": [], "keys": []}',
        b'{"keys": NaN}',
        b"\xef\xbb\xbf{}",
        '{"keys": []}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"keys": ' + b"9" * 5000 + b"}",
    ],
)
def test_fetch_fails_on_body_that_is_not_one_json_object(server: JwksServer, body: bytes) -> None:
    server.answer(body)
    assert "JSON object" in fetch_failure(server).reason


def _reuse_kid(jwk: dict[str, str]) -> list[dict[str, str]]:
    others = (generate_key(kid=jwk["kid"]).verification_key for _ in range(4))
    return [jwk, *(encode_jwk(other) for other in others)]


def _add_private_member(jwk: dict[str, str]) -> list[dict[str, str]]:
    return [jwk, {"kty": "EC", "kid": "other", "d": "AA"}]


def _add_symmetric_key(jwk: dict[str, str]) -> list[dict[str, str]]:
    return [jwk, {"kty": "oct", "kid": "other", "k": "AA"}]


def _keep_only_encryption_key(jwk: dict[str, str]) -> list[dict[str, str]]:
    return [{**jwk, "use": "enc"}]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_reuse_kid, "same 'kid'"),
        (_add_private_member, "private or symmetric"),
        (_add_symmetric_key, "private or symmetric"),
        (_keep_only_encryption_key, "no usable key"),
        (lambda _jwk: [], "no usable key"),
    ],
)
def test_fetch_fails_on_key_set_that_cannot_be_trusted(
    server: JwksServer,
    key: SigningKey,
    spoil: Callable[[dict[str, str]], list[dict[str, str]]],
    expected: str,
) -> None:
    members = spoil(encode_jwk(key.verification_key))
    server.answer(json.dumps({"keys": members}).encode())
    error = fetch_failure(server)
    assert expected in error.reason
    assert isinstance(error.__cause__, KeySetFormatError)


def test_fetch_fails_on_large_body_before_reading_all_of_it(server: JwksServer) -> None:
    server.answer(b" " * TEN_MEGABYTES)
    assert "larger than" in fetch_failure(server).reason


def test_fetch_fails_on_endless_body_without_length(server: JwksServer) -> None:
    sent = 0

    def send_until_refused(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while sent < TEN_MEGABYTES:
            sent += connection.send(b" " * 65536)

    server.answer_with(send_until_refused)
    assert "larger than" in fetch_failure(server).reason
    server.stop()
    assert sent < TEN_MEGABYTES


def test_fetch_accepts_body_of_just_the_limit(server: JwksServer, key: SigningKey) -> None:
    body = json.dumps({"keys": [encode_jwk(key.verification_key)]}).encode()
    server.answer(body)
    RemoteKeySet(server.uri, max_document_bytes=len(body)).prefetch()
    with pytest.raises(KeySetUnavailableError, match="larger than"):
        RemoteKeySet(server.uri, max_document_bytes=len(body) - 1).prefetch()


def test_fetch_fails_on_compressed_body_without_unpacking_it(server: JwksServer) -> None:
    bomb = gzip.compress(b" " * TEN_MEGABYTES)
    server.answer(bomb, headers={"Content-Encoding": "gzip"})
    assert "compressed" in fetch_failure(server).reason
    assert "accept-encoding: identity" in server.requests[0].lower()


def test_fetch_fails_when_server_never_answers(server: JwksServer) -> None:
    server.answer_never()
    assert "0.4 s" in fetch_failure_within(TIMEOUT, server).reason


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["headers", "body"],
)
def test_fetch_fails_in_time_when_server_drips(server: JwksServer, head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not server.is_stopping.wait(0.02):
            connection.sendall(b" ")

    server.answer_with(drip)
    assert "no complete response" in fetch_failure_within(TIMEOUT, server).reason


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\n"])
def test_fetch_fails_when_server_speaks_no_http(server: JwksServer, answer: bytes) -> None:
    server.answer_with(lambda connection: connection.sendall(answer))
    assert isinstance(fetch_failure(server).__cause__, FetchError)


def test_fetch_fails_on_truncated_body(server: JwksServer) -> None:
    server.answer(b'{"keys": []', headers={"Content-Length": "500"})
    assert "RemoteProtocolError" in fetch_failure(server).reason


def test_fetch_fails_when_connection_is_refused(server: JwksServer) -> None:
    remote = RemoteKeySet(server.uri)
    server.stop()
    with pytest.raises(KeySetUnavailableError, match="ConnectError"):
        remote.prefetch()


def test_failed_first_fetch_is_not_repeated_before_its_cooldown(
    server: JwksServer,
    key: SigningKey,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    remote = RemoteKeySet(server.uri, clock=clock, failure_cooldown=timedelta(seconds=5))
    server.answer(b"", status="503 Service Unavailable")
    for _ in range(10):
        with pytest.raises(KeySetUnavailableError, match="503"):
            remote.verify(token, policy)
    assert len(server.requests) == 1

    clock.advance(5)
    server.publish(key)
    assert remote.verify(token, policy).claims["sub"] == "alice"
    assert len(server.requests) == 2


def test_environment_proxy_is_ignored_unless_trusted(
    server: JwksServer, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.publish(key)
    RemoteKeySet(server.uri).prefetch()
    with pytest.raises(KeySetUnavailableError, match="ConnectError"):
        RemoteKeySet(server.uri, trust_env=True).prefetch()


def test_failures_tell_no_key_material(
    server: JwksServer, key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    leaked: dict[str, Any] = {**encode_jwk(key.verification_key), "d": "c2VjcmV0LXRleHQ"}
    server.answer(json.dumps({"keys": [leaked]}).encode())
    error = fetch_failure(server)
    told = f"{error!r} {error.__cause__!r} {caplog.text}"
    assert "c2VjcmV0LXRleHQ" not in told
    assert leaked["n"] not in told
    assert encode_private_pem(key).decode() not in told
