# DEV-ONLY: never ship to production.
"""An answer ready to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive, Send

Field = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class RawResponse:
    """Status, header and body, the length among the fields.

    It is an ASGI application of its own, which is what Litestar takes in place of a response.
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

    async def __call__(self, scope: "HTTPScope", _receive: "Receive", send: "Send") -> None:
        """Send it; to HEAD without its body."""
        await send({
            "type": "http.response.start",
            "status": self.status,
            "headers": list(self.fields),
        })
        body = b"" if scope["method"] == "HEAD" else self.body
        await send({"type": "http.response.body", "body": body, "more_body": False})


def encode_fields(headers: Mapping[str, str]) -> tuple[Field, ...]:
    """Encode a header as ASGI has it."""
    return tuple(
        (name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()
    )
