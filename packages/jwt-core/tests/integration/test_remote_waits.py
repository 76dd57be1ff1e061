"""Every wait for a fetch ends: with any server, validator, thread or event loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from jwt_core import KeySetUnavailableError, SigningKey, VerificationPolicy
from jwt_core.remote import KeySetState, RemoteKeySet, refresher

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from conftest import JwksServer, ManualClock

pytestmark = pytest.mark.requirement("JC-3")

TIMEOUT: Final = timedelta(milliseconds=300)
JOIN_S: Final = 60


def get_state(remote: RemoteKeySet) -> KeySetState:
    return remote.state  # a function, because mypy narrows a property


def find_threads(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


def test_handshake_that_is_never_answered_fails_in_time(server: JwksServer) -> None:
    remote = RemoteKeySet(server.uri.replace("http://", "https://"), timeout=TIMEOUT)
    with pytest.raises(KeySetUnavailableError, match=r"no complete response within 0\.3 s"):
        remote.prefetch()


def test_dripping_server_leaves_no_thread_behind(server: JwksServer) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not server.is_stopping.wait(0.02):
            connection.sendall(b" ")

    server.answer_with(drip)
    before = set(threading.enumerate())
    with pytest.raises(KeySetUnavailableError, match="no complete response"):
        RemoteKeySet(server.uri, timeout=TIMEOUT).prefetch()
    for thread in set(find_threads("jwt-core-request")) - before:
        thread.join(JOIN_S)
        assert not thread.is_alive()


def test_validator_that_hangs_keeps_neither_callers_nor_more_threads(
    server: JwksServer, key: SigningKey, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, is_validating = threading.Event(), threading.Event()

    def hang(_document: Mapping[str, object]) -> None:
        is_validating.set()
        release.wait(JOIN_S)

    # Callers wait for 0.3 s, and the fetch itself has all the time that a busy machine takes.
    monkeypatch.setattr(refresher, "MAX_OVERRUN_S", 0.3 - JOIN_S)
    server.publish(key)
    before = set(find_threads("jwt-core-fetch"))
    remote = RemoteKeySet(
        server.uri, clock=clock, document_validator=hang, timeout=timedelta(seconds=JOIN_S)
    )
    for _ in range(5):
        with pytest.raises(KeySetUnavailableError, match="document_validator returns"):
            remote.prefetch()
        with pytest.raises(KeySetUnavailableError, match="document_validator returns"):
            asyncio.run(remote.prefetch_async())
        assert get_state(remote) is KeySetState.FAILED
        clock.advance(5)
    (thread,) = set(find_threads("jwt-core-fetch")) - before
    assert is_validating.wait(JOIN_S)
    release.set()
    thread.join(JOIN_S)
    assert get_state(remote) is KeySetState.FRESH  # a late result is used
    assert len(server.requests) == 1


def test_event_loops_and_threads_share_one_fetch(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    release = threading.Event()
    server.publish(key, wait_for=release)
    remote = RemoteKeySet(server.uri)

    def verify_in_own_loop(_number: int) -> object:
        return asyncio.run(remote.verify_async(token, policy)).claims["sub"]

    with ThreadPoolExecutor(20) as pool:
        outcomes = pool.map(verify_in_own_loop, range(20))
        server.wait_for_requests(1)
        release.set()
        assert set(outcomes) == {"alice"}
    assert len(server.requests) == 1


@pytest.mark.anyio
async def test_blocking_call_works_where_an_event_loop_runs(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    # As in a notebook: the call blocks the loop, but does not need it.
    server.publish(key)
    assert RemoteKeySet(server.uri).verify(token, policy).claims["sub"] == "alice"


def test_loop_that_ends_during_a_fetch_leaves_the_fetch_alone(
    server: JwksServer, key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()
    server.publish(key, wait_for=release)
    remote = RemoteKeySet(server.uri)

    async def give_up() -> None:
        task = asyncio.create_task(remote.prefetch_async())
        await asyncio.to_thread(server.wait_for_requests, 1)
        task.cancel()

    asyncio.run(give_up())
    release.set()
    remote.prefetch()
    assert get_state(remote) is KeySetState.FRESH
    assert len(server.requests) == 1
    assert not caplog.records


def test_coroutine_outside_of_asyncio_says_what_to_do(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    server.publish(key)
    remote = RemoteKeySet(server.uri)
    for _ in range(2):  # with and without a fetch
        for coroutine in (remote.verify_async(token, policy), remote.prefetch_async()):
            with pytest.raises(RuntimeError, match=r"asyncio event loop.*to_thread\.run_sync"):
                coroutine.send(None)
        remote.prefetch()


def test_many_key_sets_fetch_side_by_side(server: JwksServer, key: SigningKey) -> None:
    release = threading.Event()
    server.publish(key, wait_for=release)
    remotes = [RemoteKeySet(server.uri) for _ in range(30)]
    with ThreadPoolExecutor(30) as pool:
        fetches = [pool.submit(remote.prefetch) for remote in remotes]
        server.wait_for_requests(30)
        release.set()
        for fetch in fetches:
            fetch.result()
    assert {remote.state for remote in remotes} == {KeySetState.FRESH}


def test_validator_may_verify_with_another_key_set(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    server.publish(key)
    other = RemoteKeySet(server.uri)
    remote = RemoteKeySet(
        server.uri, document_validator=lambda _document: other.verify(token, policy)
    )
    assert remote.verify(token, policy).claims["sub"] == "alice"
