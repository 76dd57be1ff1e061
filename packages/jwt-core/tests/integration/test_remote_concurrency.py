"""Concurrent threads and tasks cause one fetch, and no event loop is blocked."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from jwt_core import (
    KeySetUnavailableError,
    SigningKey,
    UnknownKeyError,
    VerificationPolicy,
    VerifiedToken,
    sign,
)
from jwt_core.remote import KeySetState, RemoteKeySet

if TYPE_CHECKING:
    from conftest import JwksServer, ManualClock

pytestmark = [pytest.mark.requirement("JC-3"), pytest.mark.anyio]


async def wait_for_request(server: JwksServer, count: int = 1) -> None:
    while len(server.requests) < count:
        await asyncio.sleep(0.005)


async def test_threads_and_tasks_together_cause_one_fetch(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    release = threading.Event()
    server.publish(key, wait_for=release)
    remote = RemoteKeySet(server.uri)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(50) as pool:
        threads = [loop.run_in_executor(pool, remote.verify, token, policy) for _ in range(50)]
        tasks = [asyncio.create_task(remote.verify_async(token, policy)) for _ in range(50)]
        await wait_for_request(server)
        release.set()
        tokens: list[VerifiedToken] = await asyncio.gather(*threads, *tasks)
    assert [token.claims["sub"] for token in tokens] == ["alice"] * 100
    assert len(server.requests) == 1


async def test_burst_of_unknown_kids_causes_one_fetch(
    server: JwksServer,
    key: SigningKey,
    claims: dict[str, object],
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.publish(key)
    remote = RemoteKeySet(server.uri, clock=clock)
    await remote.prefetch_async()
    clock.advance(30)
    strange = [sign(claims, key, headers={"kid": f"nobody-{n}"}) for n in range(200)]
    outcomes = await asyncio.gather(
        *(remote.verify_async(token, policy) for token in strange), return_exceptions=True
    )
    assert {type(outcome) for outcome in outcomes} == {UnknownKeyError}
    assert len(server.requests) == 2


async def test_valid_tokens_do_not_wait_for_a_fetch_that_a_strange_one_caused(
    server: JwksServer,
    key: SigningKey,
    token: str,
    other_key: SigningKey,
    other_token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
) -> None:
    server.publish(key)
    remote = RemoteKeySet(server.uri, clock=clock)
    await remote.prefetch_async()
    clock.advance(30)
    release = threading.Event()
    server.publish(other_key, wait_for=release)
    strange = asyncio.create_task(remote.verify_async(other_token, policy))
    await wait_for_request(server, 2)
    remote.verify(token, policy)
    assert not strange.done()
    release.set()
    assert (await strange).claims["sub"] == "alice"


async def test_event_loop_keeps_running_during_a_slow_fetch(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    release = threading.Event()
    server.publish(key, wait_for=release)
    remote = RemoteKeySet(server.uri)
    verifying = asyncio.create_task(remote.verify_async(token, policy))
    await wait_for_request(server)
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not verifying.done()
    release.set()  # not reached if the loop is blocked
    assert (await verifying).claims["sub"] == "alice"


async def test_cancelled_caller_does_not_cancel_the_fetch_of_others(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    release = threading.Event()
    server.publish(key, wait_for=release)
    remote = RemoteKeySet(server.uri)
    impatient = asyncio.create_task(remote.verify_async(token, policy))
    patient = asyncio.create_task(remote.verify_async(token, policy))
    await wait_for_request(server)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    release.set()
    assert (await patient).claims["sub"] == "alice"
    assert remote.state is KeySetState.FRESH
    assert len(server.requests) == 1


def test_set_outlives_the_event_loop_that_fetched_it(
    server: JwksServer, key: SigningKey, token: str, policy: VerificationPolicy
) -> None:
    server.publish(key)
    remote = RemoteKeySet(server.uri)
    asyncio.run(remote.prefetch_async())
    asyncio.run(remote.verify_async(token, policy))
    remote.verify(token, policy)
    assert len(server.requests) == 1


def test_waiters_are_released_when_no_socket_can_be_made(
    server: JwksServer, token: str, policy: VerificationPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> socket.socket:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(KeySetUnavailableError, match="Too many open files"):
        RemoteKeySet(server.uri).verify(token, policy)


def test_last_good_set_is_served_when_no_thread_can_be_started(
    server: JwksServer,
    key: SigningKey,
    token: str,
    policy: VerificationPolicy,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.publish(key)
    remote = RemoteKeySet(server.uri, clock=clock)
    remote.prefetch()
    clock.advance(300)

    def refuse(_thread: threading.Thread) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        remote.verify(token, policy)
        assert remote.state is KeySetState.COOLING_DOWN
