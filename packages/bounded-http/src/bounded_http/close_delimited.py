"""Responses to HTTP/1.0 clients: closing the connection ends a body of unknown length.

Spec: RFC 9112 §6.3
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class CloseDelimitedApp:
    """ASGI application around *app* whose responses in *cycle* are never chunked."""

    def __init__(self, app: Any, cycle: RequestResponseCycle) -> None:
        self._app = app
        self._cycle = cycle

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Call the application."""
        cycle = self._cycle
        is_length_known = True

        async def send_on(message: Any) -> None:
            nonlocal is_length_known
            if message["type"] == "http.response.start":
                fields = [
                    (name, value)
                    for name, value in message.get("headers", ())
                    if name.lower() != b"transfer-encoding"
                ]
                is_length_known = any(name.lower() == b"content-length" for name, _ in fields)
                message = {**message, "headers": fields}
                if not is_length_known:
                    cycle.chunked_encoding = False
            elif not is_length_known:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, send_on)
