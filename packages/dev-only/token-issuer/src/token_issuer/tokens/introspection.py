# DEV-ONLY: never ship to production.
"""Introspection of a token: its verified claims, as Google's `tokeninfo` returns them."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jwt_core import (
    Algorithm,
    JwtError,
    KeySet,
    VerificationKey,
    VerificationPolicy,
    VerifiedToken,
    verify,
)
from jwt_core.compact import parse_compact, parse_json_part

from token_issuer.config.choices import ALGORITHMS
from token_issuer.errors import InvalidInputError


def describe_token(
    token: str, keys: tuple[VerificationKey, ...], clock: Callable[[], datetime]
) -> dict[str, str]:
    """Return the claims of a valid *token* as text, with `alg`, `kid` and `typ` of its header.

    A token is valid if one of *keys* signed it and it has not expired. Any audience and any issuer
    are accepted.

    Raises:
        InvalidInputError: the token is invalid; the message gives the reason.
    """
    try:
        verified = verify_for_any_audience(token, keys, clock)
    except (JwtError, ValueError, TypeError) as error:
        reason = error if isinstance(error, JwtError) else "iss or aud is missing or not a string"
        message = f"id_token: {reason}"
        raise InvalidInputError(message, "id_token") from error
    header = {
        name: verified.header[name] for name in ("alg", "kid", "typ") if name in verified.header
    }
    return {name: _format_value(value) for name, value in {**verified.claims, **header}.items()}


def verify_for_any_audience(
    token: str, keys: tuple[VerificationKey, ...], clock: Callable[[], datetime]
) -> VerifiedToken:
    """Verify a token that one of *keys* signed, for any audience and issuer.

    Raises:
        JwtError: the token is invalid.
        ValueError: `iss` or `aud` is missing.
        TypeError: `iss` or `aud` has the wrong type.
    """
    unverified_claims = parse_json_part(parse_compact(token).payload, "payload")
    audience = unverified_claims.get("aud")
    policy = VerificationPolicy(
        issuer=str(unverified_claims.get("iss")),
        audience=audience if isinstance(audience, str) else frozenset(audience or ()),
        algorithms=frozenset(map(Algorithm, ALGORITHMS)),
        clock=clock,
    )
    return verify(token, KeySet(keys), policy)


def _format_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
