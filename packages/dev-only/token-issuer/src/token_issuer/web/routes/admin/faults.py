# DEV-ONLY: never ship to production.
"""`/admin/faults`: how the key endpoints misbehave."""

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.admin.bodies import MAX_BODY_BYTES, answer, read_body
from token_issuer.web.routes.admin.schemas import FaultList, FaultRequest


# One handler for all methods, as for the clock.
@route(
    "/faults",
    http_method=[HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE],
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
)
async def handle_faults(
    request: Request[Any, Any, Any], issuer: NamedDependency[SkipValidation[Issuer]]
) -> Response[bytes]:
    """List the faults, put others in their place, or let the endpoints behave."""
    match request.method:
        case HttpMethod.PUT:
            body = read_body(await request.body(), FaultRequest)
            # A fault that shows a key of its own makes it first, a quarter of a second for RSA.
            await sync_to_thread(issuer.faults.set, *body.faults)
        case HttpMethod.DELETE:
            issuer.faults.reset()
    return answer(FaultList(faults=issuer.faults.list()))
