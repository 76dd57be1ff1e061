"""Validation of the registered claims.

Spec: RFC 7519 §4.1
"""

import math
from collections.abc import Mapping

from jwt_core.errors import (
    InvalidClaimError,
    MissingClaimError,
    TokenExpiredError,
    TokenNotYetValidError,
)


def validate_claims(
    claims: Mapping[str, object],
    *,
    issuer: str,
    audiences: frozenset[str],
    now: float,
    leeway: float,
) -> None:
    """Validate the claims of a token whose signature is verified.

    Args:
        claims: The claims set.
        issuer: The only accepted `iss`, compared case-sensitively.
        audiences: The accepted audiences; `aud` must contain at least one.
        now: The current time in seconds since the epoch.
        leeway: Tolerated clock skew in seconds, for every time claim.

    Raises:
        MissingClaimError: `exp`, `iss` or `aud` is absent.
        InvalidClaimError: A claim has the wrong type or value.
        TokenExpiredError: *now* is at or after `exp`.
        TokenNotYetValidError: *now* is before `nbf`, or `iat` is in the future.
    """
    _check_times(claims, now, leeway)
    _check_issuer(claims, issuer)
    _check_audience(claims, audiences)
    for name in ("sub", "jti"):
        if name in claims and not isinstance(claims[name], str):
            raise InvalidClaimError(claim=name, reason="must be a string")


def _check_times(claims: Mapping[str, object], now: float, leeway: float) -> None:
    # The leeway is applied to the clock: a claim may be an integer beyond the range of floats.
    if now - leeway >= _get_numeric_date(claims, "exp"):
        message = "the token has expired; request a new one"
        raise TokenExpiredError(message)
    for name in ("nbf", "iat"):
        if name in claims and now + leeway < _get_numeric_date(claims, name):
            message = f"the token's {name!r} is in the future; check the clocks or allow a leeway"
            raise TokenNotYetValidError(message)


def _check_issuer(claims: Mapping[str, object], issuer: str) -> None:
    if _get_required(claims, "iss") != issuer:
        raise InvalidClaimError(claim="iss", reason="is not the expected issuer")


def _check_audience(claims: Mapping[str, object], audiences: frozenset[str]) -> None:
    audience = _get_required(claims, "aud")
    named = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(name, str) for name in named):
        raise InvalidClaimError(claim="aud", reason="must be a string or a list of strings")
    if audiences.isdisjoint(named):
        raise InvalidClaimError(claim="aud", reason="does not contain the expected audience")


def _get_required(claims: Mapping[str, object], name: str) -> object:
    if name not in claims:
        raise MissingClaimError(name)
    return claims[name]


def _get_numeric_date(claims: Mapping[str, object], name: str) -> int | float:
    value = _get_required(claims, name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (isinstance(value, float) and not math.isfinite(value)):
        raise InvalidClaimError(
            claim=name, reason="must be a finite number of seconds since the epoch"
        )
    return value  # type: ignore[return-value]  # narrowed by the line above
