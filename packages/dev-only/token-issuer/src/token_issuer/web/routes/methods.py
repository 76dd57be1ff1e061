# DEV-ONLY: never ship to production.
"""The `Allow` header, as responses to OPTIONS and to rejected methods have it.

Spec: RFC 9110 §10.2.1
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from litestar import MediaType, Request, Response
from litestar.routes import HTTPRoute


async def answer_options(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Answer OPTIONS; do nothing for other methods.

    Litestar's own handler names the methods of the handler alone that was registered first.
    """
    if request.method != "OPTIONS":
        return None
    methods = {
        method
        for route in request.app.routes
        if isinstance(route, HTTPRoute) and route.path_format == request.scope["path_template"]
        for method in route.methods
    }
    return Response(
        None,
        status_code=HTTPStatus.NO_CONTENT,
        media_type=MediaType.TEXT,
        headers={"Allow": format_allow(methods)},
    )


def format_allow(methods: Iterable[str]) -> str:
    """List *methods*, and HEAD with GET: the full path answers it."""
    allowed = set(methods)
    return ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
