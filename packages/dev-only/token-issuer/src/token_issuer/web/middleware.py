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

from token_issuer.issuers.issuers import Issuers
from token_issuer.key_documents import find_key_document
from token_issuer.paths import PAGE_PATHS, is_console_path, normalize_path
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.asgi import (
    ISSUER_STATE,
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
from token_issuer.web.faults.responses import change_response
from token_issuer.web.faults.selection import find_faults
from token_issuer.web.faults.transport import Connection, deliver
from token_issuer.web.request import Request, build_request

if TYPE_CHECKING:
    from litestar import Litestar

logger = logging.getLogger(__name__)


class Middleware:
    """ASGI application around *app*, the Litestar application of *issuers*."""

    def __init__(self, app: "Litestar", issuers: Issuers, stopping: asyncio.Event) -> None:
        """Wrap *app*; no fault delays a response once *stopping* is set."""
        self._app: Any = app  # Litestar types ASGI more narrowly than it is
        self._issuers = issuers
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an HTTP request, even if the application or this middleware fails."""
        is_started = False

        async def send_on(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        own_scope = {**scope}
        scope["query_string"] = b""  # uvicorn writes it to the access log, and it may hold tokens
        try:
            await self._answer(own_scope, receive, send_on)
        except Exception:
            if is_started:
                raise
            logger.exception("cannot answer %s", scope["path"])
            await LAST_RESORT(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        url_path = normalize_path(scope["path"])
        place = self._issuers.find(url_path)
        request = build_request(scope, place, url_path, self._issuers.clock())
        faults = find_faults(place.issuer, request)
        if faults is None:
            await self._call(scope, receive, send, request, place.issuer)
            return
        collected = _Collector()
        request = replace(request, faults=faults)
        await self._call(scope, receive, collected.send, request, place.issuer)
        start, body = collected.start, bytes(collected.body)
        if find_key_document(request.path) is None:  # their handlers have changed them
            start, body = change_response(faults, start, body)
        if request.method == "HEAD":
            body = b""
        transport = scope["extensions"][TRANSPORT_EXTENSION]["transport"]
        async with Connection(receive, send, transport, self._stopping) as connection:
            await deliver(faults, start, body, connection)

    async def _call(
        self, scope: Scope, receive: Receive, send: Send, request: Request, issuer: Issuer
    ) -> None:
        """Call the application, and add the common fields to the header of its response."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                handled: Request = scope["state"][REQUEST_STATE]
                if handled is request:  # no handler used its time; `PUT /admin/clock` changes it
                    handled = replace(request, time=issuer.clock())
                fields = [*message["headers"], *build_common_fields(handled.time)]
                message["headers"] = _restore_vary(fields, scope["state"].get(VARY_STATE))
                record_request(issuer, request, message["status"])
            await send(message)

        async def receive_body() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                description = "body: the client closed the connection before the end"
                raise HttpError(HTTPStatus.BAD_REQUEST, description)
            return message

        scope["state"] |= {REQUEST_STATE: request, ISSUER_STATE: issuer}
        method = "GET" if request.method == "HEAD" else request.method
        rewritten = {**scope, "method": method, "path": request.path}
        if request.path in PAGE_PATHS or is_console_path(request.path):
            # No CORS fields: a browser visits pages, and scripts of other sites read none.
            rewritten["headers"] = [field for field in scope["headers"] if field[0] != b"origin"]
        await self._app(rewritten, receive_body, complete)


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
