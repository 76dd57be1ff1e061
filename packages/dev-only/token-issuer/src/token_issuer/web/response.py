# DEV-ONLY: never ship to production.
"""A response ready to be sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from token_issuer.web.asgi import Receive, Scope, Send

Field = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class RawResponse:
    """Status, header fields (with the length) and body.

    It is an ASGI application, which Litestar accepts in place of a response.
    """

    status: int
    fields: tuple[Field, ...]
    body: bytes = b""

    @classmethod
    def build(
        cls, body: bytes, media_type: str, fields: tuple[Field, ...], *, status: int = 200
    ) -> Self:
        """Describe *body* in the header, before *fields*."""
        description = (
            (b"content-type", media_type.encode("latin-1")),
            (b"content-length", b"%d" % len(body)),
        )
        return cls(status, description + fields, body)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        await send({
            "type": "http.response.start",
            "status": self.status,
            "headers": list(self.fields),
        })
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


DeferredResponse = Callable[[], RawResponse]
"""The rest of a handler that takes too long for an event loop: call it in a thread."""


def encode_fields(headers: Mapping[str, str]) -> tuple[Field, ...]:
    """Encode header fields for ASGI: names in lower case, all in bytes."""
    return tuple(
        (name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()
    )
