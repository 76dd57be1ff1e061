# DEV-ONLY: never ship to production.
"""The ends of a relay, in an order that sockets rarely have."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any, Final

import pytest
from token_issuer.front.relay import Relay, RelayEnd

pytestmark = pytest.mark.requirement("GO-6")

MORE_THAN_BUFFERS: Final = 8 << 20
TIMEOUT_S: Final = 60


def get(end: RelayEnd) -> RelayEnd:
    return end


async def wait_until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not is_so():
            await asyncio.sleep(0)


async def fail_after_the_client_is_closed() -> tuple[list[dict[str, Any]], Relay]:
    """Return the errors of the event loop, and the relay."""
    loop = asyncio.get_running_loop()
    errors: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: errors.append(context))
    relay = Relay(loop)
    with ExitStack() as stack:
        pairs = [socket.socketpair(), socket.socketpair()]
        for pair, end in zip(pairs, (relay.client, relay.server), strict=True):
            stack.enter_context(pair[1])
            await loop.create_connection(partial(get, end), sock=pair[0])
        relay.client.data_received(b"x" * MORE_THAN_BUFFERS)  # the server does not read it
        relay.client.close()
        await wait_until(lambda: relay.client.is_closed)
        pairs[1][1].close()
        await wait_until(lambda: relay.server.is_closed)
    return errors, relay


def test_server_that_fails_after_the_client_is_closed_ends_the_relay() -> None:
    errors, relay = asyncio.run(fail_after_the_client_is_closed())

    assert not errors
    assert relay._timer.cancelled()
