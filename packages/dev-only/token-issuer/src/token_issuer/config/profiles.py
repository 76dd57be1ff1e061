# DEV-ONLY: never ship to production.
"""Profiles: which claims a token has when nothing else is asked for, and how long it lives."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

GOOGLE_ISSUER: Final = "https://accounts.google.com"
_AT_HASH_BYTES: Final = 16  # the left half of a SHA-256


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A set of claims under a name.

    Attributes:
        name: How requests and settings call it.
        claims: Claims that its tokens have, beside `iss`, `sub`, `aud`, `iat`, `nbf`, `exp`, `jti`.
        omit: Claims of these that its tokens do not have.
        ttl: How long they live; None leaves that to the settings.
        is_id_token: They are OpenID Connect ID tokens: with `azp` and `at_hash`.
    """

    name: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    omit: frozenset[str] = frozenset()
    ttl: timedelta | None = None
    is_id_token: bool = False

    def derive_claims(self, claims: Mapping[str, Any], client_id: str | None) -> dict[str, Any]:
        """Return the claims that follow from others.

        `at_hash` belongs to an access token that nobody gets: a backend that is handed an ID token
        does not see it either.

        Spec: OpenID Connect Core §2, §3.1.3.6
        """
        if not self.is_id_token:
            return {}
        audience = claims.get("aud")
        first = audience[0] if isinstance(audience, list) and audience else audience
        at_hash = urlsafe_b64encode(os.urandom(_AT_HASH_BYTES)).rstrip(b"=").decode()
        return {"azp": client_id or first, "at_hash": at_hash}


PLAIN: Final = Profile(name="plain")
GOOGLE: Final = Profile(
    name="google",
    claims=MappingProxyType({
        "iss": GOOGLE_ISSUER,
        "sub": "100000000000000000001",
        "email": "dev-user@example.com",
        "email_verified": True,
        "hd": "example.com",
        "name": "Dev User",
        "picture": "https://lh3.googleusercontent.com/a/dev-user=s96-c",
    }),
    omit=frozenset({"nbf", "jti", "client_id", "scope"}),
    ttl=timedelta(hours=1),
    is_id_token=True,
)
BUILT_IN: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (PLAIN, GOOGLE)})
"""The profiles that need no file."""
