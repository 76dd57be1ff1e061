# DEV-ONLY: never ship to production.
"""The `Allow` header of responses to OPTIONS and to methods that a route rejects.

Spec: RFC 9110 §10.2.1
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from litestar import MediaType, Request, Response
from litestar.response.base import ASGIResponse
from litestar.routes import HTTPRoute


class _OptionsResponse(Response[None]):
    """Response without the header fields of its route, whose `Cache-Control` is not for OPTIONS."""

    def to_asgi_response(self, *args: Any, **parts: Any) -> ASGIResponse:
        return super().to_asgi_response(*args, **{**parts, "headers": None})


async def answer_options(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Answer OPTIONS; return None for other methods.

    Litestar's own handler lists only the methods of the handler that was registered first.
    """
    if request.method != "OPTIONS":
        return None
    methods = {
        method
        for route in request.app.routes
        if isinstance(route, HTTPRoute) and route.path_format == request.scope["path_template"]
        for method in route.methods
    }
    return _OptionsResponse(
        None,
        status_code=HTTPStatus.NO_CONTENT,
        media_type=MediaType.TEXT,
        headers={"Allow": format_allow(methods)},
    )


def format_allow(methods: Iterable[str]) -> str:
    """Format *methods* for `Allow`, with HEAD if GET is among them: the middleware adds HEAD."""
    allowed = set(methods)
    return ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
