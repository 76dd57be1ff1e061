# DEV-ONLY: never ship to production.
"""An encoded response, ready to be sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from token_issuer.web.asgi import Receive, Scope, Send

Field = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response: status, header fields including `Content-Length`, and body.

    It is also an ASGI application, so a Litestar handler can return it.
    """

    status: int
    fields: tuple[Field, ...]
    body: bytes = b""

    @classmethod
    def build(
        cls, body: bytes, media_type: str, fields: tuple[Field, ...], *, status: int = 200
    ) -> Self:
        """Build a response with *body*; put `Content-Type` and `Content-Length` before *fields*."""
        description = (
            (b"content-type", media_type.encode("latin-1")),
            (b"content-length", b"%d" % len(body)),
        )
        return cls(status, description + fields, body)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the response."""
        await send({
            "type": "http.response.start",
            "status": self.status,
            "headers": list(self.fields),
        })
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


DeferredResponse = Callable[[], RawResponse]
"""Builds a response; takes too long for an event loop, so call it in a thread."""


def encode_fields(headers: Mapping[str, str]) -> tuple[Field, ...]:
    """Encode header fields as ASGI requires: as bytes, with names in lower case."""
    return tuple(
        (name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()
    )
