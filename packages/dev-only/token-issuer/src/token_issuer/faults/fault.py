# DEV-ONLY: never ship to production.
"""One fault as a test asks for it. A `Fault` that exists is a valid one."""

import re
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Final

from msgspec import Meta, Struct, field

from token_issuer.faults.kinds import OPTIONS, FaultKind
from token_issuer.paths import KEY_PATHS
from token_issuer.timing.durations import parse_duration

MAX_FAULTS: Final = 50
REDIRECT_TARGETS: Final = ("same-host", "other-host", "loop")
RESET_MOMENTS: Final = ("before-header", "after-header")
_REDIRECT_STATUSES: Final = (301, 302, 303, 307, 308)
_CONTENT_TYPE: Final = re.compile(
    r"[\w.+-]{1,60}/[\w.+-]{1,60}(; ?[\w-]{1,30}=[\w.-]{1,30})?", re.ASCII
)
_MAX_DURATION_S: Final = {
    "for": 24 * 3600,
    "retry_after": 24 * 3600,
    "delay": 300,
    "interval": 60,
    "max_age": 365 * 24 * 3600,
}
_COMMON: Final = frozenset({"kind", "requests", "for_", "paths"})

Seconds = Annotated[
    int | float | str,
    Meta(description="Seconds, or a duration such as 5s, 2m.", examples=["5s", 0.2]),
]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fault of the key endpoints; until reset, unless `requests` or `for` ends it before.

    Raises:
        ValueError: a field is wrong, or of another kind.
    """

    kind: Annotated[
        str,
        Meta(description="What is wrong.", extra_json_schema={"enum": [str(k) for k in FaultKind]}),
    ]
    requests: (
        Annotated[int, Meta(ge=1, le=1_000_000, description="How many it strikes.")] | None
    ) = None
    for_: Seconds | None = field(name="for", default=None)
    paths: (
        Annotated[tuple[str, ...], Meta(min_length=1, description="By default all key documents.")]
        | None
    ) = None
    status: (
        Annotated[int, Meta(description="status: 400 to 599 (503); redirect: 301 to 308 (302).")]
        | None
    ) = None
    retry_after: Seconds | None = None
    delay: Seconds | None = None
    chunk: (
        Annotated[int, Meta(ge=1, le=1 << 20, description="drip: bytes at a time (64).")] | None
    ) = None
    interval: Seconds | None = None
    at: (
        Annotated[
            str,
            Meta(
                description="reset: when.",
                extra_json_schema={"enum": list(RESET_MOMENTS)},
            ),
        ]
        | None
    ) = None
    to: (
        Annotated[
            str,
            Meta(
                description="redirect: where to.",
                extra_json_schema={"enum": list(REDIRECT_TARGETS)},
            ),
        ]
        | None
    ) = None
    content_type: Annotated[str, Meta(description="By default text/html.")] | None = None
    max_age: Seconds | None = None

    def __post_init__(self) -> None:
        _check_kind(self.kind)
        for name in self.__struct_fields__:
            if name not in _COMMON and getattr(self, name) is not None:
                _check_belongs(name, self.kind)
        for name in _MAX_DURATION_S:
            self.read_seconds(name, 0)
        _check_status(self)
        _check_choice("to", self.to, REDIRECT_TARGETS)
        _check_choice("at", self.at, RESET_MOMENTS)
        for path in self.paths or ():
            _check_choice("paths", path, KEY_PATHS)
        if self.content_type is not None and not _CONTENT_TYPE.fullmatch(self.content_type):
            message = (
                "content_type: expected a media type such as text/html or text/plain; charset=utf-8"
            )
            raise ValueError(message)

    def read_seconds(self, name: str, default: float) -> float:
        """Return the time in the field *name*, in seconds; *default* where it is not stated.

        Raises:
            ValueError: it is no time, or too long.
        """
        value = getattr(self, "for_" if name == "for" else name)
        if value is None:
            return default
        try:
            seconds = (
                parse_duration(value).total_seconds() if isinstance(value, str) else float(value)
            )
        except ValueError as error:
            message = f"{name}: {error}; or send a number of seconds"
            raise ValueError(message) from error
        most = _MAX_DURATION_S[name]
        if not 0 <= seconds <= most or (seconds == 0 and name == "for"):
            least = "more than 0" if name == "for" else "0"
            message = f"{name}: expected {least} to {timedelta(seconds=most)} ({most} seconds)"
            raise ValueError(message)
        return seconds


def _check_kind(kind: str) -> None:
    known = list(FaultKind)
    if kind not in known:
        close = get_close_matches(kind[:80], known, n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        message = f"kind: no fault is named '{kind[:80]}'{hint}; known kinds: {', '.join(known)}"
        raise ValueError(message)


def _check_belongs(name: str, kind: str) -> None:
    owners = [owner for owner, names in OPTIONS.items() if name in names]
    if kind not in owners:
        message = f"{name}: {kind} knows no such field, only {' and '.join(owners)}; leave it out"
        raise ValueError(message)


def _check_status(fault: Fault) -> None:
    if fault.status is None:
        return
    if fault.kind == FaultKind.REDIRECT:
        if fault.status not in _REDIRECT_STATUSES:
            message = f"status: expected one of {', '.join(map(str, _REDIRECT_STATUSES))}"
            raise ValueError(message)
    elif not 400 <= fault.status <= 599:  # noqa: PLR2004  # the errors of HTTP
        message = "status: expected 400 to 599; for a redirect take the kind redirect"
        raise ValueError(message)


def _check_choice(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        message = f"{name}: '{value[:80]}' is wrong: expected one of {', '.join(known)}"
        raise ValueError(message)
