# DEV-ONLY: never ship to production.
"""Claims of a token: defaults from the settings and the profile, overridden by the request."""

import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import UNSET

from token_issuer.config.profiles import Profile
from token_issuer.config.settings import Settings
from token_issuer.errors import TokenRequestError
from token_issuer.timing.durations import EXAMPLES, parse_duration
from token_issuer.tokens.messages import TokenRequest

LATEST_NUMERIC_DATE: Final = 253402300799
"""9999-12-31T23:59:59Z; common date types overflow after it."""
_SCOPE: Final = re.compile(
    r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*"
)  # RFC 6749 §3.3
_AT_HASH_BYTES: Final = 16  # the left half of a SHA-256
_AUDIENCE_FIELDS: Final = ("aud", "audience", "resource")
SETTING_BY_CLAIM: Final = {"iss": "issuer", "sub": "subject", "aud": "audience"}
"""The claims whose default is a setting."""


def build_claims(
    request: TokenRequest, settings: Settings, profile: Profile, now: datetime
) -> dict[str, Any]:
    """Build the claims set: defaults, overridden by the fields of the request and by its `claims`.

    Args:
        request: The token request.
        settings: The settings, from which most defaults come.
        profile: The requested profile, whose claims override the defaults of the settings.
        now: The time of issue.

    Raises:
        TokenRequestError: a field is invalid or contradicts another one.
    """
    requested = _collect_requested_claims(request, now)
    extra = {} if request.claims is UNSET else request.claims
    for claim, (field, value) in requested.items():
        if claim in extra and extra[claim] != value:
            message = f"{field} and claims.{claim} contradict each other: send one of them"
            raise TokenRequestError(message, field, f"claims.{claim}")
    client_id = None if request.client_id is UNSET else request.client_id
    defaults = _build_default_claims(settings, profile, client_id, now)
    values = {claim: value for claim, (_, value) in requested.items() if claim not in profile.omit}
    claims = {**defaults, **values, **extra}
    derived = {claim: claims.get(source) for claim, source in profile.copies.items()}
    if profile.is_id_token:
        derived |= _derive_claims(claims, client_id)
    derived = {claim: value for claim, value in derived.items() if claim not in profile.omit}
    defaults |= derived
    # A null removes a default, as in RFC 7396 §1: tests also need tokens that lack a claim.
    # Derived claims come last, and give way to those that were set.
    return {
        claim: value
        for claim, value in {**claims, **derived, **claims}.items()
        if value is not None or claim not in defaults
    }


def _derive_claims(claims: Mapping[str, Any], client_id: str | None) -> dict[str, Any]:
    """Return the claims of an ID token that follow from its other claims.

    `at_hash` is random: it belongs to an access token that is not issued. A service that receives
    an ID token does not see the access token either.

    Spec: OpenID Connect Core §2, §3.1.3.6
    """
    audience = claims.get("aud")
    first = audience[0] if isinstance(audience, list) and audience else audience
    at_hash = urlsafe_b64encode(os.urandom(_AT_HASH_BYTES)).rstrip(b"=").decode()
    return {"azp": client_id or first, "at_hash": at_hash}


def get_configured_claim(settings: Settings, profile: Profile, claim: str) -> Any:
    """Return `iss`, `sub` or `aud` as the settings and the profile configure it.

    A setting that was set overrides the profile, except for a claim that the profile fixes; the
    profile overrides the default of a setting.
    """
    field = SETTING_BY_CLAIM[claim]
    value = getattr(settings, field)
    is_chosen = field in settings.explicit and claim not in profile.fixed
    return value if is_chosen else profile.claims.get(claim, value)


def get_configured_ttl(settings: Settings, profile: Profile) -> timedelta:
    """Return how long tokens are valid, as the settings and the profile configure it."""
    return settings.ttl if "ttl" in settings.explicit else profile.ttl or settings.ttl


def _build_default_claims(
    settings: Settings, profile: Profile, client_id: str | None, now: datetime
) -> dict[str, Any]:
    """Return the default of each claim, without those that *profile* omits."""
    ttl = get_configured_ttl(settings, profile)
    issued_at = int(now.timestamp())
    expiry = {"exp": int(now.timestamp() + ttl.total_seconds())}
    configured = {
        claim: get_configured_claim(settings, profile, claim) for claim in SETTING_BY_CLAIM
    }
    defaults: dict[str, Any] = {
        **configured,
        **({} if client_id is None else {"sub": client_id}),
        "iat": issued_at,
        "nbf": issued_at,
        **expiry,
        "jti": secrets.token_urlsafe(16),
        **{claim: value for claim, value in profile.claims.items() if claim not in configured},
        **(expiry if "ttl" in settings.explicit else {}),
    }
    return {claim: value for claim, value in defaults.items() if claim not in profile.omit}


def resolve_expiry(exp: float | str, now: datetime) -> int | float:
    """Return the NumericDate of the field `exp`, which may also be a duration from *now*.

    Raises:
        TokenRequestError: *exp* is neither a NumericDate nor a duration, or out of range.

    Spec: RFC 7519 §2 (NumericDate)
    """
    if isinstance(exp, str):
        try:
            numeric_date: int | float = int(now.timestamp() + parse_duration(exp).total_seconds())
        except ValueError as error:
            message = (
                f"exp: '{exp[:40]}' is {error}; send a duration from now as a string (-5m is "
                "already expired), or a time as a number"
            )
            raise TokenRequestError(message, "exp") from error
    else:
        numeric_date = exp
    if not 0 <= numeric_date <= LATEST_NUMERIC_DATE:
        message = (
            "exp: out of range: expected a time in the years 1970 to 9999; send seconds since 1970 "
            f"as a number, or a duration from now as a string, such as {EXAMPLES} or -5m"
        )
        raise TokenRequestError(message, "exp")
    return numeric_date


def _collect_requested_claims(request: TokenRequest, now: datetime) -> dict[str, tuple[str, Any]]:
    """Return the field and the value of each claim that the request sets outside of `claims`."""
    requested = {
        claim: (claim, getattr(request, claim))
        for claim in ("iss", "sub", "client_id", "scope")
        if getattr(request, claim) is not UNSET
    }
    if "scope" in requested and _SCOPE.fullmatch(requested["scope"][1]) is None:
        message = (
            "scope: expected words separated by single spaces, in printable ASCII without quotes "
            "and backslashes"
        )
        raise TokenRequestError(message, "scope", error="invalid_scope")
    if request.exp is not UNSET:
        requested["exp"] = ("exp", resolve_expiry(request.exp, now))
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
        requested["aud"] = audiences[0]
    return requested
