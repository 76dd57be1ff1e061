# DEV-ONLY: never ship to production.
"""Profiles: default claims, a default lifetime and a default algorithm of tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, Self

from token_issuer.config.choices import ALGORITHMS

GOOGLE_ISSUER: Final = "https://accounts.google.com"
_OMITTED: Final = frozenset({"nbf", "jti", "client_id", "scope"})
"""Claims of access tokens (RFC 9068) that Google's ID tokens lack."""


@dataclass(frozen=True, slots=True)
class FromSettings:
    """The value of a claim that contains settings.

    Attributes:
        template: The value, with the names of settings in braces.
    """

    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Default claims, lifetime and algorithm of tokens, under a name.

    Attributes:
        name: The name in requests and settings.
        claims: The default claims. They override the defaults of the settings for `iss`, `sub` and
            `aud`.
        omit: The claims that tokens lack: neither a default nor a field of the request sets them.
        ttl: How long tokens are valid; None: as long as the settings say.
        alg: The algorithm that signs tokens unless a request names another one or a key.
        fixed: The claims by which verifiers recognise such tokens; the settings `issuer` and
            `audience` do not override them.
        copies: Claims that repeat another claim, unless the request sets them: their names, and
            those of the other claims.
        is_id_token: Whether tokens are OpenID Connect ID tokens of a login, with `azp` and
            `at_hash`.
    """

    name: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    omit: frozenset[str] = frozenset()
    ttl: timedelta | None = None
    alg: str = ALGORITHMS[0]
    fixed: frozenset[str] = frozenset()
    copies: Mapping[str, str] = field(default_factory=dict)
    is_id_token: bool = False

    def resolve(self, values: Mapping[str, str]) -> Self:
        """Return the profile with the *values* of settings in its claims."""
        claims = {
            claim: value.template.format_map(values) if isinstance(value, FromSettings) else value
            for claim, value in self.claims.items()
        }
        return replace(self, claims=claims)


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
    omit=_OMITTED,
    ttl=timedelta(hours=1),
    is_id_token=True,
)
_IAP: Final = Profile(
    name="iap",
    claims=MappingProxyType({
        "iss": "https://cloud.google.com/iap",
        "sub": "accounts.google.com:100000000000000000001",
        "aud": FromSettings("/projects/{google_project_number}/global/backendServices/1"),
        "email": "dev-user@example.com",
        "hd": "example.com",
        "google": {"access_levels": ["accessPolicies/1/accessLevels/dev_only"]},
    }),
    omit=_OMITTED,
    ttl=timedelta(minutes=10),
    alg="ES256",
    fixed=frozenset({"iss", "aud"}),
)
"""The assertions that Identity-Aware Proxy adds to requests, as `x-goog-iap-jwt-assertion`."""
FIREBASE: Final = Profile(
    name="firebase",
    claims=MappingProxyType({
        "iss": FromSettings("https://securetoken.google.com/{google_project}"),
        "aud": FromSettings("{google_project}"),
        "email": "dev-user@example.com",
        "email_verified": True,
        "name": "Dev User",
        "picture": "https://lh3.googleusercontent.com/a/dev-user=s96-c",
        "firebase": {
            "identities": {"email": ["dev-user@example.com"]},
            "sign_in_provider": "password",
        },
    }),
    omit=_OMITTED,
    ttl=timedelta(hours=1),
    fixed=frozenset({"iss", "aud"}),
    copies=MappingProxyType({"user_id": "sub", "auth_time": "iat"}),
)
"""The ID tokens of Firebase Authentication."""
_PUBSUB: Final = Profile(
    name="pubsub",
    claims=MappingProxyType({
        "iss": GOOGLE_ISSUER,
        "sub": "100000000000000000002",
        "email": FromSettings("{google_account}"),
        "email_verified": True,
    }),
    omit=_OMITTED,
    ttl=timedelta(hours=1),
    fixed=frozenset({"iss"}),
    copies=MappingProxyType({"azp": "sub"}),
)
"""The ID tokens of the service accounts of Pub/Sub push, Cloud Tasks and Cloud Scheduler."""
BUILT_IN: Final[Mapping[str, Profile]] = MappingProxyType({
    profile.name: profile for profile in (PLAIN, GOOGLE, _IAP, FIREBASE, _PUBSUB)
})
"""The profiles that need no file."""
