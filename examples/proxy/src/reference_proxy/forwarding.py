"""Forwarding: an accepted request goes to the upstream, its answer comes back, both as streams.

Neither stream waits for the other: an upstream may answer while the client still sends.
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
    build_request_headers,
    build_response_headers,
    build_target,
    decode_headers,
    has_body,
)
from reference_proxy.settings import Settings

LONGEST_FIELD: Final = 64 * 1024
"""Longest status line or header field of an answer; services behind a proxy may set big cookies."""

NO_FIELDS_OF_ITS_OWN: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What aiohttp would add: the upstream sees the client's header fields."""

STATUSES: Final = range(200, 600)
"""Final statuses (RFC 9110 §15)."""

logger = logging.getLogger(__name__)


class ClientDisconnectedError(Exception):
    """The client went away before its request was complete; nobody is left to answer."""


class Upstream:
    """The service behind the proxy."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._session = session
        self._url = settings.upstream_url
        self._timeout_s = settings.upstream_timeout.total_seconds()

    async def forward(
        self, scope: HTTPScope, receive: Receive, send: Send, *, subject: str | None
    ) -> None:
        """Send the request on and stream the answer back.

        Args:
            scope: The request (ASGI `http`).
            receive: Gives the request's body.
            send: Takes the response.
            subject: The verified `sub`; None for a token that has none.

        Raises:
            InvalidRequestError: the request's target or header cannot be sent on.
            UpstreamError: the upstream cannot be reached or does not speak HTTP.
            UpstreamTimeoutError: the upstream stayed silent too long.
            ClientDisconnectedError: the client went away.
        """
        received = list(scope["headers"])
        target = build_target(self._url, scope["raw_path"], scope["query_string"])
        exchange = _Exchange(receive, send, self._timeout_s)
        await exchange.run(
            self._session.request(
                scope["method"],
                URL(target, encoded=True),
                headers=decode_headers(build_request_headers(received, subject=subject)),
                data=exchange.read_body() if has_body(received) else None,
                allow_redirects=False,
            )
        )


class _Exchange:
    """One request and its answer, passed on at the same time until both are through."""

    def __init__(self, receive: Receive, send: Send, timeout_s: float) -> None:
        self._receive = receive
        self._send = send
        self._timeout_s = timeout_s
        self._chunks: asyncio.Queue[tuple[bytes, bool]] = asyncio.Queue(maxsize=1)
        self._has_client_left = False
        self._has_answer_begun = False

    async def run(self, request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> None:
        failure: ProxyError | None = UpstreamTimeoutError("the upstream stopped taking the request")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch_client, tasks.cancel_scope)
            failure = await self._answer(request)
            tasks.cancel_scope.cancel()
        if self._has_client_left:
            raise ClientDisconnectedError
        if failure is None:
            return
        if not self._has_answer_begun:
            raise failure
        # The status has gone out. An answer without its end makes the server close the connection,
        # so the client sees that it is cut short.
        logger.warning("the answer is cut short: %s", failure)

    async def read_body(self) -> AsyncIterator[bytes]:
        """Yield the request's body."""
        yield b""  # aiohttp keeps the header back until the first chunk, however late that comes
        more = True
        while more:
            chunk, more = await self._chunks.get()
            yield chunk

    async def _watch_client(self, scope: anyio.CancelScope) -> None:
        """Take in the request's body; give up when the client leaves, or the upstream stalls."""
        while (message := await self._receive())["type"] == "http.request":
            scope.deadline = anyio.current_time() + self._timeout_s
            await self._chunks.put((message["body"], message["more_body"]))
            scope.deadline = math.inf
        self._has_client_left = True
        scope.cancel()

    async def _answer(
        self, request: AbstractAsyncContextManager[aiohttp.ClientResponse]
    ) -> ProxyError | None:
        """Pass the answer on; return why it could not be, or not to its end."""
        try:
            async with request as response:
                if response.status not in STATUSES:
                    return UpstreamError("the upstream's answer has no valid final status")
                await self._pass_on(response)
            # Only now: after it the server reports the client gone, however complete the answer is.
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            return UpstreamTimeoutError("the upstream did not answer in time")
        except aiohttp.ClientConnectionError:
            return UpstreamError("the upstream cannot be reached or broke off the connection")
        except aiohttp.ClientError:
            return UpstreamError("the upstream's answer is not valid HTTP")
        return None

    async def _pass_on(self, response: aiohttp.ClientResponse) -> None:
        headers = build_response_headers(response.raw_headers, status=response.status)
        self._has_answer_begun = True
        await self._send({
            "type": "http.response.start",
            "status": response.status,
            "headers": headers,
        })
        async for chunk in response.content.iter_any():
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})


@asynccontextmanager
async def connect_upstream(settings: Settings) -> AsyncIterator[Upstream]:
    """Open a connection pool to the upstream for as long as the proxy runs."""
    timeout_s = settings.upstream_timeout.total_seconds()
    async with aiohttp.ClientSession(
        # Streams stay open for hours: however many there are, the next request need not wait.
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None, connect=timeout_s, sock_read=timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=NO_FIELDS_OF_ITS_OWN,
        max_line_size=LONGEST_FIELD,
        max_field_size=LONGEST_FIELD,
    ) as session:
        yield Upstream(session, settings)
