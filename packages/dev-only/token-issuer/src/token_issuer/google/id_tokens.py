# DEV-ONLY: never ship to production.
"""ID tokens of service accounts, which the keys of the issuer sign.

Spec: https://cloud.google.com/docs/authentication/token-types#id
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from jwt_core import Algorithm, sign

from token_issuer.google.machine_tokens import MACHINE_TOKEN_LIFETIME
from token_issuer.google.service_accounts import ServiceAccount
from token_issuer.tokens.issuer import Issuer

MAX_AUDIENCE_CHARACTERS: Final = 2048


def is_audience(audience: str) -> bool:
    """Return whether *audience* can be that of an ID token: neither blank nor too long."""
    return len(audience) <= MAX_AUDIENCE_CHARACTERS and bool(audience.strip())


def issue_machine_id_token(
    issuer: Issuer,
    account: ServiceAccount,
    audience: str,
    now: datetime,
    *,
    has_email: bool = True,
    claims: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """Return an ID token of *account*.

    Args:
        issuer: The issuer; its identifier becomes `iss`, with the profile google that of Google.
        account: The service account.
        audience: The `aud` claim.
        now: The time of issue.
        has_email: Whether the token has `email` and `email_verified`.
        claims: More claims.
    """
    issued_at = int(now.timestamp())
    email = {"email": account.email, "email_verified": True} if has_email else {}
    standard = {
        "iss": issuer.identifier,
        "aud": audience,
        "azp": account.client_id,
        "sub": account.client_id,
        **email,
        "iat": issued_at,
        "exp": issued_at + int(MACHINE_TOKEN_LIFETIME.total_seconds()),
    }
    return sign({**standard, **claims}, issuer.keys.ensure_key(Algorithm.RS256))
