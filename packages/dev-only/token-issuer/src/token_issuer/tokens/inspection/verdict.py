# DEV-ONLY: never ship to production.
"""The verdict of a strict verifier, and the names that it expects."""

from datetime import datetime
from typing import Any

from jwt_core import (
    Algorithm,
    JwtError,
    KeySet,
    VerificationKey,
    VerificationPolicy,
    verify,
)

from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.profiles import Profile
from token_issuer.tokens.claims import get_configured_claim
from token_issuer.tokens.defects.reading import TokenReading
from token_issuer.tokens.inspection.messages import StrictVerdict
from token_issuer.tokens.issuer import Issuer


def choose_expected(issuer: Issuer, iss: str) -> tuple[str, str]:
    """Return the issuer and the audience that a verifier expects of a token with this *iss*.

    They are those of the default profile, unless the token names the issuer of another one.
    """
    default = issuer.find_profile()
    names = [_get_names(issuer, profile) for profile in (default, *issuer.profiles.values())]
    return next((pair for pair in names if pair[0] == iss), names[0])


def judge_strictly(
    reading: TokenReading, keys: tuple[VerificationKey, ...], now: datetime
) -> StrictVerdict:
    """Verify a token with the published *keys*, for the expected names and without leeway."""
    algorithms = {key.algorithm for key in keys} or map(Algorithm, ALGORITHMS)
    policy = VerificationPolicy(
        issuer=reading.issuer,
        audience=reading.audience,
        algorithms=frozenset(algorithms),
        clock=lambda: now,
    )
    code, message = None, "Signature, issuer, audience and times are as expected."
    try:
        verify(reading.token, KeySet(keys), policy)
    except JwtError as error:
        code, message = error.code, str(error)
    return StrictVerdict(
        accepted=code is None,
        code=code,
        message=message,
        issuer=reading.issuer,
        audience=reading.audience,
        now=now,
    )


def _get_names(issuer: Issuer, profile: Profile) -> tuple[str, str]:
    """Return the issuer and the audience of the tokens of *profile*."""
    settings = issuer.settings
    return (
        _get_text(get_configured_claim(settings, profile, "iss"), settings.issuer),
        _get_text(get_configured_claim(settings, profile, "aud"), settings.audience),
    )


def _get_text(value: Any, default: str) -> str:
    """Return a configured claim, or the first item of a list; *default* if it is not text."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) and first else default
