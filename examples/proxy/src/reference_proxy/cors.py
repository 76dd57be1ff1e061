"""CORS: preflights that the upstream answers, or CORS by the proxy itself.

Browsers send preflights without credentials, so a preflight has no token.

Spec: Fetch Standard, CORS protocol (https://fetch.spec.whatwg.org/#http-cors-protocol)
"""

from collections.abc import Iterable
from typing import Any, Final

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send

Header = tuple[bytes, bytes]

MAX_AGE_S: Final = 600
"""How long browsers may cache the response to a preflight."""

_EXPOSED: Final = b"WWW-Authenticate"
_PREFLIGHT_FIELDS: Final = frozenset({
    b"accept", b"accept-language", b"origin", b"user-agent",
    b"access-control-request-headers", b"access-control-request-method",
    b"access-control-request-private-network",
})  # fmt: skip


def is_preflight(scope: HTTPScope) -> bool:
    """Return whether the request is a CORS preflight."""
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and names >= {b"origin", b"access-control-request-method"}


def keep_preflight_headers(headers: Iterable[Header]) -> list[Header]:
    """Return the header fields of a preflight that an upstream may see without a token."""
    return [(name, value) for name, value in headers if name in _PREFLIGHT_FIELDS]


class CorsApp:
    """ASGI application around *app* that answers preflights, and permits pages to read responses.

    Args:
        app: The application.
        origins: The permitted origins, or `*` for any.
    """

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode("ascii") for origin in origins)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a preflight, or add the fields of CORS to the response of the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        origin = dict(scope["headers"]).get(b"origin", b"")
        is_permitted = origin in self._origins or (bool(origin) and b"*" in self._origins)
        fields = [(b"vary", b"Origin")]
        if is_permitted:
            fields.append((b"access-control-allow-origin", origin))
        if is_preflight(scope):
            await _answer(send, fields + (_permit(scope) if is_permitted else []))
            return

        async def send_on(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [field for field in message["headers"] if not _is_cors_field(field[0])]
                exposed = [(b"access-control-expose-headers", _EXPOSED)] if is_permitted else []
                message = {**message, "headers": [*kept, *fields, *exposed]}
            await send(message)

        await self._app(scope, receive, send_on)


def _permit(scope: HTTPScope) -> list[Header]:
    requested = dict(scope["headers"])
    return [
        (b"access-control-allow-methods", requested[b"access-control-request-method"]),
        (
            b"access-control-allow-headers",
            requested.get(b"access-control-request-headers", b"authorization"),
        ),
        (b"access-control-max-age", b"%d" % MAX_AGE_S),
    ]


def _is_cors_field(name: bytes) -> bool:
    return name.lower().startswith(b"access-control-")


async def _answer(send: Send, fields: list[Header]) -> None:
    start: Message = {"type": "http.response.start", "status": 204, "headers": fields}
    await send(start)
    await send({"type": "http.response.body", "body": b"", "more_body": False})
