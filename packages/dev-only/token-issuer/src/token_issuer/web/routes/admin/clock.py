# DEV-ONLY: never ship to production.
"""`/admin/clock`: the time that tokens, cache headers and `Date` go by."""

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.errors import InvalidInputError
from token_issuer.timing.clock import Clock
from token_issuer.timing.durations import parse_duration
from token_issuer.timing.timestamps import parse_timestamp
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.admin.bodies import MAX_BODY_BYTES, answer, read_body
from token_issuer.web.routes.admin.schemas import ClockReading, ClockRequest


# One handler for all methods: the header Allow that Litestar derives names those of one handler.
@route(
    "/clock",
    http_method=[HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE],
    status_code=200,
    request_max_body_size=MAX_BODY_BYTES,
)
async def handle_clock(
    request: Request[Any, Any, Any], issuer: NamedDependency[SkipValidation[Issuer]]
) -> Response[bytes]:
    """Read the clock, turn it, or let it go by the machine's clock again."""
    match request.method:
        case HttpMethod.PUT:
            _turn(issuer.clock, read_body(await request.body(), ClockRequest))
        case HttpMethod.DELETE:
            issuer.clock.reset()
    return answer(_describe(issuer.clock))


def _turn(clock: Clock, body: ClockRequest) -> None:
    try:
        clock.turn(
            now=None if body.now is None else parse_timestamp(body.now),
            offset=None if body.offset is None else parse_duration(body.offset),
            frozen=body.frozen,
        )
    except ValueError as error:
        name = "now" if body.now is not None else "offset"
        message = f"{name}: {error}"
        raise InvalidInputError(message, name) from error


def _describe(clock: Clock) -> ClockReading:
    setting = clock.setting
    return ClockReading(
        now=clock(),
        offset_s=setting.offset.total_seconds(),
        frozen=setting.frozen_at is not None,
    )
