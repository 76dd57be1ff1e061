# DEV-ONLY: never ship to production.
"""Transport faults: they delay the bytes of a response, or close the connection early.

Each wait ends when the client disconnects or the server stops. If the server stops, the rest of the
response is sent at once.
"""

import asyncio
import socket
import struct
from types import TracebackType
from typing import Final, Self

from token_issuer.faults.fault import Fault
from token_issuer.faults.kinds import FaultKind
from token_issuer.faults.registry import ActiveFaults
from token_issuer.web.asgi import Message, Receive, Send

MAX_DRIP_S: Final = 300
_MAX_SENDING_S: Final = 0.5
"""How long sending may take once the server stops; less than the grace period of the server."""
_NO_LINGER: Final = struct.pack("ii", 1, 0)
"""The value of SO_LINGER for which closing drops unsent data, and TCP sends a RST."""


class Connection:
    """Connection to a client that may disconnect, while the server may stop."""

    def __init__(
        self,
        receive: Receive,
        send: Send,
        transport: asyncio.Transport,
        stopping: asyncio.Event,
    ) -> None:
        self._send = send
        self._receive = receive
        self._transport = transport
        self._stopping = stopping

    async def __aenter__(self) -> Self:
        """Start to watch for the client to disconnect and the server to stop."""
        self._leaving = asyncio.create_task(self._wait_until_client_leaves())
        self._ending = asyncio.create_task(self._stopping.wait())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop watching."""
        for task in (self._leaving, self._ending):
            task.cancel()
        await asyncio.gather(self._leaving, self._ending, return_exceptions=True)

    @property
    def is_ending(self) -> bool:
        """Whether the server is stopping."""
        return self._stopping.is_set()

    async def send(self, message: Message) -> None:
        """Send a part of the response.

        While the server is stopping, a client that does not read would delay it. The connection is
        therefore aborted if the part is not sent within `_MAX_SENDING_S` seconds.
        """
        sending = asyncio.create_task(self._pass_on(message))
        await asyncio.wait((sending, self._ending), return_when=asyncio.FIRST_COMPLETED)
        done, _ = await asyncio.wait((sending,), timeout=_MAX_SENDING_S)
        if not done:
            self._transport.abort()
        await sending

    async def pause(self, seconds: float) -> bool:
        """Wait until the time is over, the client disconnects or the server stops.

        Return whether the client is still connected.
        """
        await self._wait(seconds)
        return not self._leaving.done()

    async def close(self) -> None:
        """Close the connection gracefully, as after a complete response."""
        self._transport.close()
        await self._wait(None)  # until the last byte is sent
        self._transport.abort()
        await self._leaving

    async def reset(self) -> None:
        """Close the connection with a TCP RST."""
        self._transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
        )
        self._transport.abort()
        await self._leaving

    async def _pass_on(self, message: Message) -> None:
        await self._send(message)

    async def _wait(self, seconds: float | None) -> None:
        await asyncio.wait(
            (self._leaving, self._ending),
            timeout=seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )

    async def _wait_until_client_leaves(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass  # a part of the request body


async def deliver(
    faults: ActiveFaults, start: Message, body: bytes, connection: Connection
) -> None:
    """Send a response with the transport faults among *faults*."""
    delay = faults.find(FaultKind.DELAY)
    if delay and not await connection.pause(delay.read_seconds("delay", 5)):
        return
    reset = faults.find(FaultKind.RESET)
    if reset is None or reset.at == "after-header":
        await connection.send(start)
    if reset:
        await connection.reset()
        return
    truncated = faults.find(FaultKind.TRUNCATED)
    sent = body[: len(body) // 2] if truncated else body
    drip = faults.find(FaultKind.DRIP)
    if drip and not await _drip(drip, sent, connection):
        return
    if not drip:
        await connection.send(_build_part(sent))
    if truncated:
        await connection.close()
    else:
        await connection.send(_build_part(b"", more=False))


async def _drip(drip: Fault, body: bytes, connection: Connection) -> bool:
    """Send *body* in small pieces; return whether the client is still connected."""
    size = drip.chunk or 64
    interval_s = drip.read_seconds("interval", 1)
    clock = asyncio.get_running_loop().time
    end_s = clock() + MAX_DRIP_S
    for start in range(0, len(body), size):
        if clock() > end_s or connection.is_ending:
            await connection.send(_build_part(body[start:]))
            return True
        await connection.send(_build_part(body[start : start + size]))
        if not await connection.pause(interval_s):
            return False
    return True


def _build_part(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}
