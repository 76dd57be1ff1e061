# DEV-ONLY: never ship to production.
"""The `Allow` header of responses to OPTIONS and to methods that a route rejects.

Spec: RFC 9110 §10.2.1
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from litestar import MediaType, Request
from litestar.routes import HTTPRoute

from token_issuer.web.routes.bare_response import BareResponse


def answer_options(request: Request[Any, Any, Any]) -> BareResponse:
    """Answer OPTIONS.

    Litestar's own handler lists only the methods of the handler that was registered first.
    """
    methods = {
        method
        for route in request.app.routes
        if isinstance(route, HTTPRoute) and route.path_format == request.scope["path_template"]
        for method in route.methods
    }
    return BareResponse(
        None,
        status_code=HTTPStatus.NO_CONTENT,
        media_type=MediaType.TEXT,
        headers={"Allow": format_allow(methods)},
    )


def format_allow(methods: Iterable[str]) -> str:
    """Format *methods* for `Allow`, with HEAD if GET is among them: the middleware adds HEAD."""
    allowed = set(methods)
    return ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
