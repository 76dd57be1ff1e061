# DEV-ONLY: never ship to production.
"""The claims set of a token: settings, profile and request, each winning over the one before."""

import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import UNSET

from token_issuer.config.profiles import Profile
from token_issuer.config.settings import Settings
from token_issuer.errors import TokenRequestError
from token_issuer.timing.durations import EXAMPLES, parse_duration
from token_issuer.tokens.messages import TokenRequest

LATEST_NUMERIC_DATE: Final = (
    253402300799  # 9999-12-31T23:59:59Z: beyond, common date types overflow
)
_SCOPE: Final = re.compile(
    r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*"
)  # RFC 6749 §3.3
_AT_HASH_BYTES: Final = 16  # the left half of a SHA-256
_AUDIENCE_FIELDS: Final = ("aud", "audience", "resource")
_FIELDS_OF_SETTINGS: Final = {"iss": "issuer", "sub": "subject", "aud": "audience"}


def build_claims(
    request: TokenRequest, settings: Settings, profile: Profile, now: datetime
) -> dict[str, Any]:
    """Build the claims set: defaults, then the request's fields, then its extra claims.

    Raises:
        TokenRequestError: a bad field, or one that contradicts another.
    """
    named = _collect_named_claims(request, now)
    extra = {} if request.claims is UNSET else request.claims
    for claim, (field, value) in named.items():
        if claim in extra and extra[claim] != value:
            message = f"{field} and claims.{claim} contradict each other: send one of them"
            raise TokenRequestError(message, field, f"claims.{claim}")
    client_id = None if request.client_id is UNSET else request.client_id
    defaults = _collect_defaults(settings, profile, client_id, now)
    asked_for = {claim: value for claim, (_, value) in named.items() if claim not in profile.omit}
    claims = {**defaults, **asked_for, **extra}
    derived = _derive_claims(claims, client_id) if profile.is_id_token else {}
    defaults |= derived
    # Verifiers must be tested with tokens that lack a claim, too (null removes: RFC 7396 §1).
    return {
        claim: value
        for claim, value in {**derived, **claims}.items()
        if value is not None or claim not in defaults
    }


def _derive_claims(claims: Mapping[str, Any], client_id: str | None) -> dict[str, Any]:
    """Return the claims of an ID token that follow from its other claims.

    `at_hash` belongs to an access token that nobody gets: a backend that is handed an ID token does
    not see it either.

    Spec: OpenID Connect Core §2, §3.1.3.6
    """
    audience = claims.get("aud")
    first = audience[0] if isinstance(audience, list) and audience else audience
    at_hash = urlsafe_b64encode(os.urandom(_AT_HASH_BYTES)).rstrip(b"=").decode()
    return {"azp": client_id or first, "at_hash": at_hash}


def find_default(settings: Settings, profile: Profile, claim: str) -> Any:
    """Return the value of `iss`, `sub` or `aud` when a request says nothing about it.

    A variable that was set wins over the profile, and the profile over a variable's default.
    """
    field = _FIELDS_OF_SETTINGS[claim]
    value = getattr(settings, field)
    return value if field in settings.chosen else profile.claims.get(claim, value)


def _collect_defaults(
    settings: Settings, profile: Profile, client_id: str | None, now: datetime
) -> dict[str, Any]:
    ttl = settings.ttl if "ttl" in settings.chosen else profile.ttl or settings.ttl
    issued_at = int(now.timestamp())
    defaults: dict[str, Any] = {
        **profile.claims,
        **{claim: find_default(settings, profile, claim) for claim in _FIELDS_OF_SETTINGS},
        **({} if client_id is None else {"sub": client_id}),
        "iat": issued_at,
        "nbf": issued_at,
        "exp": int(now.timestamp() + ttl.total_seconds()),
        "jti": secrets.token_urlsafe(16),
    }
    return {claim: value for claim, value in defaults.items() if claim not in profile.omit}


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
            message = (
                f"exp: '{exp[:40]}' is {error}; a string is a duration from now, -5m is already "
                "expired, and an absolute time is a number without quotes"
            )
            raise TokenRequestError(message, "exp") from error
    else:
        numeric_date = exp
    if not 0 <= numeric_date <= LATEST_NUMERIC_DATE:
        message = (
            "exp: outside of the years 1970 to 9999; a number is an absolute time in seconds since "
            f"1970, for a duration from now send a string such as {EXAMPLES} or -5m"
        )
        raise TokenRequestError(message, "exp")
    return numeric_date


def _collect_named_claims(request: TokenRequest, now: datetime) -> dict[str, tuple[str, Any]]:
    """Map each claim that the request gives by a field of its own to field and value."""
    named = {
        claim: (claim, getattr(request, claim))
        for claim in ("iss", "sub", "client_id", "scope")
        if getattr(request, claim) is not UNSET
    }
    if "scope" in named and _SCOPE.fullmatch(named["scope"][1]) is None:
        message = "scope: expected words separated by single spaces, printable ASCII without quotes"
        raise TokenRequestError(message, "scope", error="invalid_scope")
    if request.exp is not UNSET:
        named["exp"] = ("exp", resolve_expiry(request.exp, now))
    audiences = [
        (field, getattr(request, field))
        for field in _AUDIENCE_FIELDS
        if getattr(request, field) is not UNSET
    ]
    for field, value in audiences[1:]:
        if value != audiences[0][1]:
            message = f"{audiences[0][0]} and {field} contradict each other: send one of them"
            raise TokenRequestError(message, audiences[0][0], field)
    if audiences:
        named["aud"] = audiences[0]
    return named
