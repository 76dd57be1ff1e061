# DEV-ONLY: never ship to production.
"""A Litestar response whose header fields are its own, and not those of its route."""

from typing import Any

from litestar import Response
from litestar.response.base import ASGIResponse

from token_issuer.web.response import RawResponse


class BareResponse(Response[bytes | None]):
    """Response without the header fields of its route, such as a `Cache-Control` for documents."""

    def to_asgi_response(self, *args: Any, **parts: Any) -> ASGIResponse:
        """Build the response without the header fields of the route."""
        return super().to_asgi_response(*args, **{**parts, "headers": None})


def convert_response(response: RawResponse) -> BareResponse:
    """Convert *response* to the type that exception handlers and hooks of Litestar return."""
    headers = {name.decode(): value.decode("latin-1") for name, value in response.fields}
    del headers["content-length"]  # Litestar adds the field, and the charset
    media_type = headers.pop("content-type").partition(";")[0]
    return BareResponse(
        response.body, status_code=response.status, media_type=media_type, headers=headers
    )
