# DEV-ONLY: never ship to production.
"""The end of what one side of a connection sends."""

import asyncio
import socket
import struct

import pytest
from token_issuer.tls.transport import end_sending

pytestmark = pytest.mark.requirement("GO-6")


class Accepted(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Future[asyncio.Transport] = asyncio.Future()
        self.error: asyncio.Future[Exception | None] = asyncio.Future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport.set_result(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.error.set_result(exc)


async def end_after_a_reset() -> Exception | None:
    loop = asyncio.get_running_loop()
    accepted = Accepted()
    server = await loop.create_server(lambda: accepted, "127.0.0.1", 0)
    async with server:
        client = socket.create_connection(server.sockets[0].getsockname())
        transport = await accepted.transport
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # by a reset, of which the loop does not know yet

        end_sending(transport)

        return await accepted.error


def test_reset_is_reported_once_by_the_protocol() -> None:
    assert isinstance(asyncio.run(end_after_a_reset()), ConnectionResetError)
