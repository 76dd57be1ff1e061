# DEV-ONLY: never ship to production.
"""The layer between server and application in which faults strike.

It claims the faults of a request, lets the application answer what they make of it, and hands the
answer on as the transport faults have it. Nothing but the key documents passes through it.
"""

import asyncio
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send
from litestar.utils import normalize_path

from token_issuer.faults.registry import ActiveFaults, FaultRegistry
from token_issuer.paths import KEY_PATHS
from token_issuer.web.extensions import TRANSPORT_EXTENSION
from token_issuer.web.faults.redirects import REDIRECTED_QUERY
from token_issuer.web.faults.strikes import ACTIVE_FAULTS_STATE
from token_issuer.web.faults.transport import Connection, deliver

_METHODS: Final = ("GET", "HEAD")


class FaultMiddleware:
    """An ASGI application around *app*, whose key documents the faults of *board* strike."""

    def __init__(self, app: ASGIApp, board: FaultRegistry, stopping: asyncio.Event) -> None:
        """Hold nothing back once *stopping* is set: the server stops."""
        self._app = app
        self._board = board
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """RawResponse a request."""
        strike = None if self._board.is_empty else self._claim(scope)
        if strike is None:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})[ACTIVE_FAULTS_STATE] = strike
        answer = _Answer()
        await self._app(scope, receive, answer.take)
        transport: Any = (scope["extensions"] or {})[TRANSPORT_EXTENSION]["transport"]
        async with Connection(receive, send, transport, self._stopping) as connection:
            await deliver(strike, answer.start, bytes(answer.body), connection)

    def _claim(self, scope: Scope) -> ActiveFaults | None:
        if scope["type"] != ScopeType.HTTP or scope["method"] not in _METHODS:
            return None
        path = normalize_path(scope["path"])  # as the router does
        if path not in KEY_PATHS:
            return None
        is_redirected = scope["query_string"] == REDIRECTED_QUERY.encode()
        return self._board.activate(path, is_redirected=is_redirected)


class _Answer:
    """What the application sends."""

    start: HTTPResponseStartEvent

    def __init__(self) -> None:
        self.body = bytearray()

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message["body"]
