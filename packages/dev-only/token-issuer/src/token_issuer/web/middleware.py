# DEV-ONLY: never ship to production.
"""Middleware of the full path: applies faults, adds the common header fields, logs requests.

It wraps the Litestar application, which receives `HEAD` as `GET`. The server sends no body in
response to `HEAD`.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from token_issuer.faults.registry import ActiveFaults
from token_issuer.paths import KEY_PATHS
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import (
    REQUEST_STATE,
    TRANSPORT_EXTENSION,
    VARY_STATE,
    Message,
    Receive,
    Scope,
    Send,
)
from token_issuer.web.common_headers import build_common_fields, record_request
from token_issuer.web.errors import LAST_RESORT, HttpError
from token_issuer.web.faults.redirects import REDIRECTED_QUERY
from token_issuer.web.faults.transport import Connection, deliver
from token_issuer.web.request import Request, build_request

if TYPE_CHECKING:
    from litestar import Litestar

logger = logging.getLogger(__name__)


class Middleware:
    """ASGI application around *app*, the Litestar application of *issuer*."""

    def __init__(self, app: "Litestar", issuer: Issuer, stopping: asyncio.Event) -> None:
        """Wrap *app*; no fault delays a response once *stopping* is set."""
        self._app: Any = app  # Litestar types ASGI more narrowly than it is
        self._issuer = issuer
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an HTTP request, even if the application or this middleware fails."""
        is_started = False

        async def send_on(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        try:
            await self._answer(scope, receive, send_on)
        except Exception:
            if is_started:
                raise
            logger.exception("cannot answer %s", scope["path"])
            await LAST_RESORT(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = build_request(scope, self._issuer.clock())
        faults = self._strike(request)
        if faults is None:
            await self._call(scope, receive, send, request)
            return
        collected = _Collector()
        await self._call(scope, receive, collected.send, replace(request, faults=faults))
        body = b"" if request.method == "HEAD" else bytes(collected.body)
        transport = scope["extensions"][TRANSPORT_EXTENSION]["transport"]
        async with Connection(receive, send, transport, self._stopping) as connection:
            await deliver(faults, collected.start, body, connection)

    def _strike(self, request: Request) -> ActiveFaults | None:
        registry = self._issuer.faults
        is_key_request = request.method in {"GET", "HEAD"} and request.path in KEY_PATHS
        if registry.is_empty or not is_key_request:
            return None
        return registry.strike(request.path, is_redirected=request.query == REDIRECTED_QUERY)

    async def _call(self, scope: Scope, receive: Receive, send: Send, request: Request) -> None:
        """Call the application, and add the common fields to the header of its response."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                handled: Request = scope["state"][REQUEST_STATE]
                if handled is request:  # no handler used its time; `PUT /admin/clock` changes it
                    handled = replace(request, time=self._issuer.clock())
                fields = [*message["headers"], *build_common_fields(handled.time)]
                message["headers"] = _restore_vary(fields, scope["state"].get(VARY_STATE))
                record_request(self._issuer.requests, request, message["status"])
            await send(message)

        async def receive_body() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                description = "body: the client closed the connection before the end"
                raise HttpError(HTTPStatus.BAD_REQUEST, description)
            return message

        scope["state"][REQUEST_STATE] = request
        method = "GET" if request.method == "HEAD" else request.method
        await self._app({**scope, "method": method}, receive_body, complete)


class _Collector:
    """Collects the response of the application."""

    start: Message

    def __init__(self) -> None:
        self.body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message["body"]


def _restore_vary(
    fields: list[tuple[bytes, bytes]], vary: bytes | None
) -> list[tuple[bytes, bytes]]:
    """Restore the `Vary` that Litestar's CORS middleware has replaced by `Origin`."""
    if vary is None:
        return fields
    return [(name, vary if name == b"vary" else value) for name, value in fields]
