# DEV-ONLY: never ship to production.
"""`/admin/clock`: the simulated clock, which sets the time of tokens, cache headers and `Date`."""

from typing import Annotated

from litestar import delete, get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from token_issuer.errors import InvalidInputError
from token_issuer.paths import ADMIN_CLOCK_PATH
from token_issuer.timing.clock import Clock
from token_issuer.timing.timestamps import Timestamp, parse_timestamp
from token_issuer.web.routes.declarations import ADMIN_PROBLEMS, BODY_PROBLEMS, IssuerDependency


class ClockRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to set the clock: to `now`, or ahead of the system clock by `offset`.

    Without both, the clock keeps its time.
    """

    now: (
        Annotated[
            int | float | str,
            Meta(
                description="The time to set: RFC 3339 text, or seconds since 1970 (NumericDate).",
                examples=["2026-03-01T12:00:00Z"],
            ),
        ]
        | None
    ) = None
    offset: (
        Annotated[
            str,
            Meta(
                description="How far ahead of the system clock; -5m is behind it.",
                examples=["8d"],
            ),
        ]
        | None
    ) = None
    frozen: Annotated[bool, Meta(description="Whether the clock stands still.")] = False


class ClockReading(Struct, frozen=True, kw_only=True):
    """The state of the clock."""

    now: Timestamp
    offset_s: Annotated[float, Meta(description="How far ahead of the system clock, in seconds.")]
    frozen: bool


@get(ADMIN_CLOCK_PATH, summary="Read the clock", responses=ADMIN_PROBLEMS)
async def read_clock(issuer: IssuerDependency) -> ClockReading:
    """Read the clock."""
    return _describe(issuer.clock)


@put(ADMIN_CLOCK_PATH, summary="Set the clock", responses=BODY_PROBLEMS)
async def turn_clock(data: JSONBody[ClockRequest], issuer: IssuerDependency) -> ClockReading:
    """Set the clock, and read it."""
    try:
        now = None if data.now is None else parse_timestamp(data.now)
    except ValueError as error:
        message = f"now: {error}"
        raise InvalidInputError(message, "now") from error
    issuer.clock.turn(now=now, offset=data.offset, frozen=data.frozen)
    return _describe(issuer.clock)


@delete(
    ADMIN_CLOCK_PATH,
    summary="Reset the clock to the system clock",
    status_code=200,
    responses=ADMIN_PROBLEMS,
)
async def reset_clock(issuer: IssuerDependency) -> ClockReading:
    """Reset the clock to the system clock, and read it."""
    issuer.clock.reset()
    return _describe(issuer.clock)


def _describe(clock: Clock) -> ClockReading:
    setting = clock.setting
    return ClockReading(
        now=clock(),
        offset_s=setting.offset.total_seconds(),
        frozen=setting.frozen_at is not None,
    )
