# DEV-ONLY: never ship to production.
"""The event loop of the proxy, in a background thread."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from token_issuer.front.entrance import Entrance
from token_issuer.server.event_loop import EventLoop

_BACKLOG: Final = 512
_MAX_JOIN_S: Final = 10


@contextmanager
def serve_in_thread(
    enter: Callable[[set[Entrance]], Entrance], listener: socket.socket
) -> Iterator[None]:
    """Serve on *listener* while the block runs; open connections are closed at its end.

    Args:
        enter: Creates the first protocol of a connection, given the set of all connections.
        listener: The listening socket; its owner closes it.
    """
    loop, connections = EventLoop(), set[Entrance]()
    server = loop.run_until_complete(
        loop.create_server(lambda: enter(connections), sock=listener.dup(), backlog=_BACKLOG)
    )
    thread = threading.Thread(target=loop.run_forever, name="front", daemon=True)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server, connections), loop).result(_MAX_JOIN_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_MAX_JOIN_S)
        loop.close()


async def _stop(server: asyncio.Server, connections: set[Entrance]) -> None:
    server.close()
    for entrance in tuple(connections):
        entrance.transport.abort()
    await asyncio.sleep(0)  # the connections end in the next turn of the loop
