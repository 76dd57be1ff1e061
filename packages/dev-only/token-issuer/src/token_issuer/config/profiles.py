# DEV-ONLY: never ship to production.
"""Profiles: default claims and a default lifetime of tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

GOOGLE_ISSUER: Final = "https://accounts.google.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Default claims and lifetime of tokens, under a name.

    Attributes:
        name: The name in requests and settings.
        claims: The default claims. They override the defaults of the settings for `iss`, `sub` and
            `aud`.
        omit: The claims that tokens lack: neither a default nor a field of the request sets them.
        ttl: How long tokens are valid; None: as long as the settings say.
        is_id_token: Whether tokens are OpenID Connect ID tokens, with `azp` and `at_hash`.
    """

    name: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    omit: frozenset[str] = frozenset()
    ttl: timedelta | None = None
    is_id_token: bool = False


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
BUILT_IN: Final[Mapping[str, Profile]] = MappingProxyType({p.name: p for p in (PLAIN, GOOGLE)})
"""The profiles that need no file."""
