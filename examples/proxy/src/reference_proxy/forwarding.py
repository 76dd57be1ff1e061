"""Forwarding: an accepted request goes to the upstream, its answer comes back, both as streams.

Spec: RFC 9110 §7.6 (message forwarding), RFC 9112 §9
"""

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, unquote_to_bytes

import anyio
import httpx
from litestar.types import HTTPScope, Receive, Send

from reference_proxy.errors import InvalidRequestError, UpstreamError, UpstreamTimeoutError
from reference_proxy.settings import Settings

SUBJECT_HEADER: Final = b"x-verified-subject"
"""Carries the verified `sub` to the upstream, percent-encoded as in a URL (RFC 3986 §2.1)."""

HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection"
    b" te trailer transfer-encoding upgrade".split()
)
"""Header fields about one connection only (RFC 9110 §7.6.1)."""

NOT_FORWARDED: Final = frozenset({b"authorization", b"expect", b"host"})
"""The upstream gets the verified subject, not the credential, and a Host of its own; `Expect:
100-continue` is answered by this server already."""

VIA: Final = (b"via", b"1.1 reference-proxy")
"""A gateway names itself to the upstream (RFC 9110 §7.6.3)."""

Header = tuple[bytes, bytes]

logger = logging.getLogger(__name__)


class ClientDisconnectedError(Exception):
    """The client went away before its request was complete; nobody is left to answer."""


class Upstream:
    """The service behind the proxy."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = httpx.URL(url)

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
            InvalidRequestError: the path would leave the upstream's root.
            UpstreamError: the upstream cannot be reached or does not speak HTTP.
            UpstreamTimeoutError: the upstream stayed silent too long.
            ClientDisconnectedError: the client went away.
        """
        headers = list(scope["headers"])
        request = self._client.build_request(
            scope["method"],
            build_target(self._url, scope["raw_path"], scope["query_string"]),
            headers=build_request_headers(headers, subject=subject),
            content=_read_body(receive) if _has_body(headers) else None,
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TimeoutException:
            message = "the upstream did not answer in time"
            raise UpstreamTimeoutError(message) from None
        except httpx.TransportError:
            message = "the upstream cannot be reached or broke off the connection"
            raise UpstreamError(message) from None
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_cancel_on_disconnect, receive, tasks.cancel_scope)
                await _send_response(response, send)
                tasks.cancel_scope.cancel()
        finally:
            await response.aclose()


@asynccontextmanager
async def connect_upstream(settings: Settings) -> AsyncIterator[Upstream]:
    """Open a connection pool to the upstream for as long as the proxy runs."""
    timeout = httpx.Timeout(settings.upstream_timeout.total_seconds())
    # trust_env off: a proxy variable or .netrc on the machine must not change where requests go.
    async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client:
        client.headers.clear()  # the upstream sees the client's headers, none of httpx's own
        yield Upstream(client, settings.upstream_url)


def build_target(upstream: httpx.URL, raw_path: bytes, query: bytes) -> httpx.URL:
    """Append the request's path and query, as received, to the upstream's URL.

    Raises:
        InvalidRequestError: the path has a dot segment, which would be resolved against the
            upstream's own path (RFC 3986 §5.2.4).
    """
    segments = unquote_to_bytes(raw_path).replace(b"\\", b"/").split(b"/")
    if b"." in segments or b".." in segments:
        message = "the path has a `.` or `..` segment: send the resolved path"
        raise InvalidRequestError(message)
    path = upstream.raw_path.rstrip(b"/") + raw_path
    return upstream.copy_with(raw_path=path + (b"?" + query if query else b""))


def build_request_headers(headers: Iterable[Header], *, subject: str | None) -> list[Header]:
    """Return the header fields for the upstream.

    Whatever the client sends under the name of the subject header is dropped, also when it is spelt
    with underscores, which many servers cannot tell from hyphens.

    Spec: RFC 9110 §7.6.1
    """
    kept = [
        (name, value)
        for name, value in _strip_hop_by_hop(list(headers))
        if name not in NOT_FORWARDED and name.replace(b"_", b"-") != SUBJECT_HEADER
    ]
    kept.append(VIA)
    if subject is not None:
        kept.append((SUBJECT_HEADER, quote(subject, safe="@:+!*'(),;=").encode("ascii")))
    return kept


def _strip_hop_by_hop(headers: list[Header]) -> list[Header]:
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]


def _has_body(headers: list[Header]) -> bool:
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers)


async def _read_body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnectedError
        if message["type"] == "http.request":
            yield message["body"]
            more = message["more_body"]


async def _cancel_on_disconnect(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # what is left of a body that the upstream did not wait for
    scope.cancel()


async def _send_response(response: httpx.Response, send: Send) -> None:
    headers = _strip_hop_by_hop(response.headers.raw)
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        # It describes the body that is not sent (RFC 9110 §8.6); uvicorn would wait for that body.
        headers = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    try:
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except httpx.TransportError as error:
        # The status has gone out. An answer without its end makes the server close the connection,
        # so the client sees that it is cut short.
        logger.warning("the upstream broke off its answer: %s", type(error).__name__)
        return
    await send({"type": "http.response.body", "body": b"", "more_body": False})
