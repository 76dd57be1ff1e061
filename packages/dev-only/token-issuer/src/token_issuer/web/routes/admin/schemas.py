# DEV-ONLY: never ship to production.
"""What goes in and out of the admin surface."""

from datetime import datetime
from typing import Annotated

from jwt_core import Algorithm
from msgspec import Meta, Struct

from token_issuer.config.choices import RotationMode
from token_issuer.faults.fault import MAX_FAULTS, Fault
from token_issuer.faults.registry import FaultState
from token_issuer.request_log import LoggedRequest

Moment = Annotated[datetime, Meta(tz=True)]
DurationText = Annotated[str, Meta(description="A duration such as 90s, 15m, 2h.", examples=["5s"])]


class RotateRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a new key takes over."""

    mode: Annotated[
        RotationMode,
        Meta(
            description="graceful: published first, the old key stays for its tokens. emergency: "
            "active at once, all others removed at once. sign-before-publish: the fault."
        ),
    ] = RotationMode.GRACEFUL
    alg: Annotated[Algorithm, Meta(description="Whose key rotates.")] = Algorithm.RS256
    lead: DurationText | None = None
    retention: DurationText | None = None


class ClockRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the clock is turned to: `now` or `offset`; neither keeps its time."""

    now: (
        Annotated[
            int | float | str,
            Meta(description="A NumericDate, or RFC 3339 text.", examples=["2026-03-01T12:00:00Z"]),
        ]
        | None
    ) = None
    offset: (
        Annotated[
            str,
            Meta(description="Ahead of the machine's clock by this; -5m: behind.", examples=["8d"]),
        ]
        | None
    ) = None
    frozen: Annotated[bool, Meta(description="Whether it stands still there.")] = False


class ClockReading(Struct, frozen=True, kw_only=True):
    """The clock."""

    now: Moment
    offset_s: Annotated[
        float, Meta(description="How far ahead of the machine's clock, in seconds.")
    ]
    frozen: bool


class FaultRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The faults that take the place of those that are on."""

    faults: Annotated[
        list[Fault],
        Meta(
            max_length=MAX_FAULTS,
            description="They strike together; of two that exclude each other, such as two of one "
            "kind, the second takes over when the first is over.",
        ),
    ]


class FaultList(Struct, frozen=True, kw_only=True):
    """The faults that were set last, over or not."""

    faults: list[FaultState]


class RequestList(Struct, frozen=True, kw_only=True):
    """What came in since the log was cleared; requests to /admin are not among it."""

    count: Annotated[
        int, Meta(ge=0, description="All that were asked for, also those no longer listed.")
    ]
    counts: Annotated[dict[str, int], Meta(description="How many for each path.")]
    requests: Annotated[list[LoggedRequest], Meta(description="The latest, oldest first.")]
