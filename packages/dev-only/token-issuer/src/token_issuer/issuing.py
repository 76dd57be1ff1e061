# DEV-ONLY: never ship to production.
"""From a request to a token, without any I/O."""

import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jwt_core import SigningError, sign
from msgspec import UNSET

from token_issuer.durations import EXAMPLES, parse_duration
from token_issuer.errors import TokenRequestError
from token_issuer.keyring import KeyRing
from token_issuer.schemas import TokenRequest, TokenResponse
from token_issuer.settings import Settings

_LATEST_NUMERIC_DATE = 253402300799  # 9999-12-31T23:59:59Z: beyond, common date types overflow
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")  # RFC 6749 §3.3
_AUDIENCE_FIELDS = ("aud", "audience", "resource")


def read_system_clock() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Settings, keys and a clock: all that issuing takes."""

    settings: Settings
    ring: KeyRing
    clock: Callable[[], datetime] = read_system_clock

    def issue(self, request: TokenRequest) -> TokenResponse:
        """Mint the token that *request* describes.

        Raises:
            TokenRequestError: the request contradicts itself or cannot be met.

        Spec: RFC 6749 §4.4, RFC 7519 §4.1
        """
        _check_grant_type(request)
        now = self.clock()
        key = self.ring.select(None if request.kid is UNSET else request.kid)
        claims = build_claims(request, self.settings, now)
        try:
            token = sign(claims, key)
        except SigningError as error:
            msg = f"claims: they cannot be made into a token: {error}"
            raise TokenRequestError(msg, "claims") from error
        return TokenResponse(
            access_token=token,
            token_type="Bearer",  # noqa: S106  # a type, not a secret
            expires_in=_count_seconds_left(claims.get("exp"), now),
            scope=request.scope,
        )


def build_claims(request: TokenRequest, settings: Settings, now: datetime) -> dict[str, Any]:
    """Build the claims set: defaults, then the request's fields, then its extra claims.

    Raises:
        TokenRequestError: a bad field, or one that contradicts another.
    """
    named = _collect_named_claims(request, now)
    extra = {} if request.claims is UNSET else request.claims
    for claim, (field, value) in named.items():
        if claim in extra and extra[claim] != value:
            msg = f"{field} and claims.{claim} contradict each other: send one of them"
            raise TokenRequestError(msg, field, f"claims.{claim}")
    issued_at = int(now.timestamp())
    defaults = {
        "iss": settings.issuer,
        "sub": settings.subject if request.client_id is UNSET else request.client_id,
        "aud": settings.audience,
        "iat": issued_at,
        "nbf": issued_at,
        "exp": int((now + settings.ttl).timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    claims = {**defaults, **{claim: value for claim, (_, value) in named.items()}, **extra}
    # Verifiers must be tested with tokens that lack a claim, too (null removes: RFC 7396 §1).
    return {
        claim: value
        for claim, value in claims.items()
        if value is not None or claim not in defaults
    }


def resolve_expiry(exp: float | str, now: datetime) -> int | float:
    """Turn the field `exp` into a NumericDate.

    Raises:
        TokenRequestError: neither a NumericDate nor a duration, or out of range.

    Spec: RFC 7519 §2 (NumericDate)
    """
    if isinstance(exp, str):
        try:
            numeric_date: int | float = int(now.timestamp() + parse_duration(exp).total_seconds())
        except ValueError as error:
            msg = (
                f"exp: '{exp[:40]}' is {error}; a string is a duration from now, -5m is already "
                "expired, and an absolute time is a number without quotes"
            )
            raise TokenRequestError(msg, "exp") from error
    else:
        numeric_date = exp
    if not 0 <= numeric_date <= _LATEST_NUMERIC_DATE:
        msg = (
            "exp: outside of the years 1970 to 9999; a number is an absolute time in seconds since "
            f"1970, for a duration from now send a string such as {EXAMPLES} or -5m"
        )
        raise TokenRequestError(msg, "exp")
    return numeric_date


def _check_grant_type(request: TokenRequest) -> None:
    if request.grant_type not in {UNSET, "client_credentials"}:
        msg = "grant_type: only client_credentials is supported; any other flow, or leave it out"
        raise TokenRequestError(msg, "grant_type", error="unsupported_grant_type")


def _collect_named_claims(request: TokenRequest, now: datetime) -> dict[str, tuple[str, Any]]:
    """Map each claim that the request gives by a field of its own to field and value."""
    named = {
        claim: (claim, getattr(request, claim))
        for claim in ("iss", "sub", "client_id", "scope")
        if getattr(request, claim) is not UNSET
    }
    if "scope" in named and _SCOPE.fullmatch(named["scope"][1]) is None:
        msg = "scope: expected words separated by single spaces, printable ASCII without quotes"
        raise TokenRequestError(msg, "scope", error="invalid_scope")
    if request.exp is not UNSET:
        named["exp"] = ("exp", resolve_expiry(request.exp, now))
    audiences = [
        (field, getattr(request, field))
        for field in _AUDIENCE_FIELDS
        if getattr(request, field) is not UNSET
    ]
    for field, value in audiences[1:]:
        if value != audiences[0][1]:
            msg = f"{audiences[0][0]} and {field} contradict each other: send one of them"
            raise TokenRequestError(msg, audiences[0][0], field)
    if audiences:
        named["aud"] = audiences[0]
    return named


def _count_seconds_left(exp: object, now: datetime) -> Any:
    """Return `expires_in`, or UNSET where the claims set holds no usable `exp`."""
    if isinstance(exp, bool) or not isinstance(exp, int | float):
        return UNSET
    if exp > _LATEST_NUMERIC_DATE:
        return UNSET
    return max(0, math.floor(exp - int(now.timestamp())))  # from the same second as iat
