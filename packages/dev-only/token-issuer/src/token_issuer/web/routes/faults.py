# DEV-ONLY: never ship to production.
"""Faults that send another response than the handler of a route would."""

from typing import Any

from litestar import Request

from token_issuer.web.asgi import REQUEST_STATE
from token_issuer.web.faults.responses import build_replacement
from token_issuer.web.routes.bare_response import BareResponse, convert_response
from token_issuer.web.routes.methods import answer_options


async def answer_before_handler(request: Request[Any, Any, Any]) -> BareResponse | None:
    """Answer OPTIONS, and requests whose response a fault replaces; return None for others."""
    if request.method == "OPTIONS":
        return answer_options(request)
    replacement = build_replacement(request.scope["state"][REQUEST_STATE])
    return None if replacement is None else convert_response(replacement)
