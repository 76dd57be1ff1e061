"""Forwarding of requests to the upstream and of its responses to the client, both as streams.

The streams are independent: the upstream may respond while the client still sends.
"""

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import aiohttp
import anyio
from litestar.types import HTTPScope, Receive, Send
from yarl import URL

from reference_proxy.errors import ProxyError, UpstreamError, UpstreamTimeoutError
from reference_proxy.messages import (
    Hop,
    build_request_headers,
    build_response_headers,
    build_target,
    decode_headers,
    has_body,
)
from reference_proxy.parsers import Forwarded
from reference_proxy.settings import Settings
from reference_proxy.tls import create_tls_context

MAX_FIELD_BYTES: Final = 64 * 1024
"""Longest accepted status line or header field of a response; large cookies need this much."""

SKIPPED_AUTO_HEADERS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Header fields that aiohttp must not add: the upstream receives the client's own."""

FINAL_STATUSES: Final = range(200, 600)
"""Final statuses (RFC 9110 §15)."""

logger = logging.getLogger(__name__)


class ClientDisconnectedError(Exception):
    """The client disconnected before its request was complete; no response can be sent."""


class Upstream:
    """The service behind the proxy."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._session = session
        self._url = settings.upstream_url
        self._timeout_s = settings.upstream_timeout.total_seconds()
        self._appends_hop = settings.forwarded is Forwarded.APPEND

    async def forward(
        self, scope: HTTPScope, receive: Receive, send: Send, *, subject: str | None
    ) -> None:
        """Forward the request and stream the response back.

        Args:
            scope: The request (ASGI `http`).
            receive: ASGI callable that returns the request body.
            send: ASGI callable that sends the response.
            subject: The verified `sub`; None if the token has none.

        Raises:
            InvalidRequestError: The target or a header field of the request cannot be forwarded.
            UpstreamError: The upstream cannot be reached or its response is not valid HTTP.
            UpstreamTimeoutError: The upstream did not respond within `UPSTREAM_TIMEOUT_S`.
            ClientDisconnectedError: The client disconnected.
        """
        received = list(scope["headers"])
        target = build_target(self._url, scope["raw_path"], scope["query_string"])
        exchange = _Exchange(receive, send, self._timeout_s)
        await exchange.run(
            self._session.request(
                scope["method"],
                URL(target, encoded=True),
                headers=decode_headers(
                    build_request_headers(received, subject=subject, hop=self._find_hop(scope))
                ),
                data=exchange.read_body() if has_body(received) else None,
                allow_redirects=False,
            )
        )

    def _find_hop(self, scope: HTTPScope) -> Hop | None:
        if not self._appends_hop:
            return None
        client, host = scope["client"], dict(scope["headers"]).get(b"host", b"")
        return Hop(client[0] if client else "unknown", host.decode("latin-1"), scope["scheme"])


class _Exchange:
    """One request and its response, relayed at the same time until both are complete."""

    def __init__(self, receive: Receive, send: Send, timeout_s: float) -> None:
        self._receive = receive
        self._send = send
        self._timeout_s = timeout_s
        self._chunks: asyncio.Queue[tuple[bytes, bool]] = asyncio.Queue(maxsize=1)
        self._has_client_disconnected = False
        self._has_response_started = False

    async def run(self, request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> None:
        failure: ProxyError | None = UpstreamTimeoutError(
            "the upstream stopped reading the request"
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch_client, tasks.cancel_scope)
            failure = await self._relay_response(request)
            tasks.cancel_scope.cancel()
        if self._has_client_disconnected:
            raise ClientDisconnectedError
        if failure is None:
            return
        if not self._has_response_started:
            raise failure
        # The status is already sent. The server closes the connection of an incomplete response,
        # so the client can tell that it is truncated.
        logger.warning("the response is incomplete: %s", failure)

    async def read_body(self) -> AsyncIterator[bytes]:
        """Yield the request body."""
        yield b""  # aiohttp sends no header before the first chunk
        more = True
        while more:
            chunk, more = await self._chunks.get()
            yield chunk

    async def _watch_client(self, scope: anyio.CancelScope) -> None:
        """Read the request body; cancel if the client disconnects or the upstream stops reading."""
        while (message := await self._receive())["type"] == "http.request":
            scope.deadline = anyio.current_time() + self._timeout_s
            await self._chunks.put((message["body"], message["more_body"]))
            scope.deadline = math.inf
        self._has_client_disconnected = True
        scope.cancel()

    async def _relay_response(
        self, request: AbstractAsyncContextManager[aiohttp.ClientResponse]
    ) -> ProxyError | None:
        """Relay the response; return the error if it could not be relayed completely."""
        try:
            async with request as response:
                if response.status not in FINAL_STATUSES:
                    return UpstreamError("the upstream's response has no valid final status")
                await self._stream_response(response)
            # The last message: after it, the server reports a disconnect, which means no error.
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            return UpstreamTimeoutError("the upstream did not respond in time")
        except aiohttp.ClientConnectionError:
            return UpstreamError("the upstream cannot be reached or closed the connection early")
        except aiohttp.ClientError:
            return UpstreamError("the upstream's response is not valid HTTP")
        return None

    async def _stream_response(self, response: aiohttp.ClientResponse) -> None:
        headers = build_response_headers(response.raw_headers, status=response.status)
        self._has_response_started = True
        await self._send({
            "type": "http.response.start",
            "status": response.status,
            "headers": headers,
        })
        async for chunk in response.content.iter_any():
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})


@asynccontextmanager
async def connect_upstream(settings: Settings) -> AsyncIterator[Upstream]:
    """Open a connection pool to the upstream, and close it at shutdown."""
    timeout_s = settings.upstream_timeout.total_seconds()
    async with aiohttp.ClientSession(
        # Streams may stay open for hours and must not make the next request wait.
        connector=aiohttp.TCPConnector(limit=0, ssl=create_tls_context(settings.ca_file)),
        timeout=aiohttp.ClientTimeout(total=None, connect=timeout_s, sock_read=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=SKIPPED_AUTO_HEADERS,
        max_line_size=MAX_FIELD_BYTES,
        max_field_size=MAX_FIELD_BYTES,
    ) as session:
        yield Upstream(session, settings)
