# DEV-ONLY: never ship to production.
"""A fault of endpoints with its options; every `Fault` instance is valid."""

import re
from difflib import get_close_matches
from typing import Annotated, Final

from msgspec import Meta, Struct, field

from token_issuer.errors import describe_unknown_name, suggest_names
from token_issuer.faults.error_codes import ERROR_CODES
from token_issuer.faults.kinds import OPTIONS, FaultKind, find_paths
from token_issuer.paths import KEY_PATHS, OAUTH_PATHS
from token_issuer.timing.durations import parse_duration

MAX_FAULTS: Final = 50
REDIRECT_TARGETS: Final = ("same-host", "other-host", "loop")
RESET_TIMES: Final = ("before-header", "after-header")
MAX_DESCRIPTION_CHARACTERS: Final = 600
_ERROR: Final = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{1,80}")  # RFC 6749 §5.2
_DESCRIPTION: Final = re.compile(
    rf"[\x20-\x21\x23-\x5b\x5d-\x7e]{{0,{MAX_DESCRIPTION_CHARACTERS}}}"
)
_TYPO_RESEMBLANCE: Final = 0.9
"""How much an unknown error code resembles a registered one of which it is a misspelling."""
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
_COMMON_FIELDS: Final = frozenset({"kind", "requests", "for_", "paths"})

Seconds = int | float | str


def _describe_seconds(meaning: str) -> Meta:
    return Meta(description=f"{meaning}: seconds, or a duration such as 2m.", examples=["5s", 0.2])


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fault of endpoints. It lasts until it is reset or `requests` or `for` ends it.

    Raises:
        ValueError: an option is invalid, or not one of this kind.
    """

    kind: Annotated[
        str,
        Meta(
            description="The kind of fault.",
            extra_json_schema={"enum": [str(k) for k in FaultKind]},
        ),
    ]
    requests: (
        Annotated[int, Meta(ge=1, le=1_000_000, description="The number of requests it strikes.")]
        | None
    ) = None
    for_: Annotated[Seconds, _describe_seconds("How long the fault lasts")] | None = field(
        name="for", default=None
    )
    paths: (
        Annotated[
            tuple[str, ...],
            Meta(
                min_length=1,
                description="Default: all key documents. oauth-error has no default.",
                examples=[["/token", "/userinfo"]],
            ),
        ]
        | None
    ) = None
    status: (
        Annotated[
            int,
            Meta(
                description="status: 400 to 599 (503); redirect: 301 to 308 (302); oauth-error: "
                "400 to 599 (that of the error code)."
            ),
        ]
        | None
    ) = None
    retry_after: Annotated[Seconds, _describe_seconds("The value of Retry-After")] | None = None
    delay: Annotated[Seconds, _describe_seconds("How late the response is")] | None = None
    chunk: (
        Annotated[int, Meta(ge=1, le=1 << 20, description="drip: bytes at a time (64).")] | None
    ) = None
    interval: Annotated[Seconds, _describe_seconds("The pause between the pieces")] | None = None
    at: (
        Annotated[
            str,
            Meta(
                description="reset: when to close the connection.",
                extra_json_schema={"enum": list(RESET_TIMES)},
            ),
        ]
        | None
    ) = None
    to: (
        Annotated[
            str,
            Meta(
                description="redirect: the target.",
                extra_json_schema={"enum": list(REDIRECT_TARGETS)},
            ),
        ]
        | None
    ) = None
    error: (
        Annotated[str, Meta(description="oauth-error: the error code.", examples=["invalid_grant"])]
        | None
    ) = None
    description: Annotated[str, Meta(description="oauth-error: error_description.")] | None = None
    content_type: Annotated[str, Meta(description="Default: text/html.")] | None = None
    max_age: Annotated[Seconds, _describe_seconds("The lifetime in the headers")] | None = None

    def __post_init__(self) -> None:
        _check_kind(self.kind)
        for name in self.__struct_fields__:
            if name not in _COMMON_FIELDS and getattr(self, name) is not None:
                _check_is_option_of(self.kind, name)
        for name in _MAX_DURATION_S:
            self.read_seconds(name, 0)
        _check_status(self)
        _check_choice("to", self.to, REDIRECT_TARGETS)
        _check_choice("at", self.at, RESET_TIMES)
        for path in self.paths or ():
            _check_path(self.kind, path)
        if self.kind == FaultKind.OAUTH_ERROR:
            _check_oauth_error(self)
        if self.content_type is not None and not _CONTENT_TYPE.fullmatch(self.content_type):
            message = (
                "content_type: expected a media type such as text/html or text/plain; charset=utf-8"
            )
            raise ValueError(message)

    @property
    def affected_paths(self) -> tuple[str, ...]:
        """The paths of the endpoints that it affects."""
        return self.paths or KEY_PATHS

    def read_seconds(self, name: str, default: float) -> float:
        """Return the duration in the field *name*, in seconds; *default* if it is not set.

        Raises:
            ValueError: the field is not a duration, or out of range.
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
        max_s = _MAX_DURATION_S[name]
        if not 0 <= seconds <= max_s or (seconds == 0 and name == "for"):
            minimum = "more than zero" if name == "for" else "zero"
            message = f"{name}: expected a duration of {minimum} to {max_s} seconds"
            raise ValueError(message)
        return seconds


def _check_kind(kind: str) -> None:
    known = list(FaultKind)
    if kind not in known:
        problem = describe_unknown_name("fault", kind, known)
        message = f"kind: {problem}; known kinds: {', '.join(known)}"
        raise ValueError(message)


def _check_is_option_of(kind: str, name: str) -> None:
    kinds = [other for other, names in OPTIONS.items() if name in names]
    if kind not in kinds:
        message = f"{name}: not an option of {kind}, only of {' and '.join(kinds)}; leave it out"
        raise ValueError(message)


def _check_path(kind: str, path: str) -> None:
    known = find_paths(kind)
    if path in known:
        return
    kinds = [other for other in FaultKind if path in find_paths(other)]
    if not kinds:
        _check_choice("paths", path, known)
    message = f"paths: {kind} cannot affect {path}; the kinds that can are {', '.join(kinds)}"
    raise ValueError(message)


def _check_oauth_error(fault: Fault) -> None:
    if fault.paths is None:
        paths = ", ".join(find_paths(fault.kind))
        message = f"paths: missing; name the endpoints whose clients get the error, of {paths}"
        raise ValueError(message)
    if fault.error is None:
        message = f"error: missing; name an error code, such as {' or '.join(ERROR_CODES[:3])}"
        raise ValueError(message)
    _check_error_code(fault.error)
    if _DESCRIPTION.fullmatch(fault.description or "") is None:
        message = (
            f"description: expected at most {MAX_DESCRIPTION_CHARACTERS} characters of printable "
            'ASCII without " and \\'
        )
        raise ValueError(message)
    if fault.status is not None and not set(OAUTH_PATHS).intersection(fault.paths):
        message = "status: browsers are redirected with 303 whatever the error; leave it out"
        raise ValueError(message)


def _check_error_code(error: str) -> None:
    """Check the error code; one that is not registered must not be a misspelling of one that is."""
    if error in ERROR_CODES:
        return
    if _ERROR.fullmatch(error) is None:
        message = 'error: expected 1 to 80 characters of printable ASCII without " and \\'
        raise ValueError(message)
    known = get_close_matches(error.casefold(), ERROR_CODES, n=1, cutoff=_TYPO_RESEMBLANCE)
    if known:
        message = f"error: '{error}' is invalid{suggest_names(error, known)}"
        raise ValueError(message)


def _check_status(fault: Fault) -> None:
    if fault.status is None:
        return
    if fault.kind == FaultKind.REDIRECT:
        if fault.status not in _REDIRECT_STATUSES:
            message = f"status: expected one of {', '.join(map(str, _REDIRECT_STATUSES))}"
            raise ValueError(message)
    elif not 400 <= fault.status <= 599:  # noqa: PLR2004  # the errors of HTTP
        message = "status: expected 400 to 599; for a redirect use the kind redirect"
        raise ValueError(message)


def _check_choice(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        suggestion = suggest_names(value, known)
        message = (
            f"{name}: '{value[:80]}' is invalid{suggestion}; expected one of {', '.join(known)}"
        )
        raise ValueError(message)
