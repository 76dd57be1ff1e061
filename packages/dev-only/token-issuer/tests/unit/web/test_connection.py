# DEV-ONLY: never ship to production.
"""Waits that nobody waits for."""

import asyncio
import socket

import pytest
from token_issuer.web.asgi import Message
from token_issuer.web.faults.transport import Connection

pytestmark = pytest.mark.requirement("BV-2")


@pytest.mark.parametrize("leaves", [True, False])
def test_pause_ends_when_the_client_leaves_or_the_server_stops(*, leaves: bool) -> None:
    async def receive() -> Message:
        if not leaves:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        pass

    async def pause() -> bool:
        near, far = socket.socketpair()
        with far:
            stopping = asyncio.Event()
            transport, _ = await asyncio.get_running_loop().create_connection(
                asyncio.Protocol, sock=near
            )
            if not leaves:
                stopping.set()
            async with Connection(receive, send, transport, stopping) as connection:
                is_there = await asyncio.wait_for(connection.pause(300), timeout=10)
            transport.abort()
            return is_there

    assert asyncio.run(pause()) is not leaves
