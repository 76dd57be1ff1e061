# DEV-ONLY: never ship to production.
"""`/admin/profiles`: the profiles that a token request can name."""

from typing import Annotated, Any

from litestar import get
from msgspec import Meta, Struct

from token_issuer.config.profiles import Profile
from token_issuer.paths import ADMIN_PROFILES_PATH
from token_issuer.timing.durations import format_duration
from token_issuer.tokens.claims import (
    SETTING_BY_CLAIM,
    get_configured_claim,
    get_configured_ttl,
)
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.routes.declarations import ADMIN_PROBLEMS, IssuerDependency


class ProfileDescription(Struct, frozen=True, kw_only=True):
    """A profile, with the values of the settings."""

    name: Annotated[str, Meta(description="The profile of a token request.")]
    alg: Annotated[str, Meta(description="The algorithm, unless a request names another or a key.")]
    ttl: Annotated[
        str,
        Meta(
            description="How long tokens are valid, unless a request names exp.", examples=["15m"]
        ),
    ]
    claims: Annotated[
        dict[str, Any], Meta(description="The default claims that are the same in each token.")
    ]
    omit: Annotated[list[str], Meta(description="The claims that tokens lack unless they are set.")]


class ProfileList(Struct, frozen=True, kw_only=True):
    """The profiles of the issuer, the built-in ones first."""

    default: Annotated[str, Meta(description="The profile of a request that names none.")]
    profiles: list[ProfileDescription]


@get(ADMIN_PROFILES_PATH, summary="List the profiles", responses=ADMIN_PROBLEMS)
async def list_profiles(issuer: IssuerDependency) -> ProfileList:
    """List the built-in profiles, and those of the profiles file."""
    return ProfileList(
        default=issuer.settings.profile,
        profiles=[_describe(issuer, profile) for profile in issuer.profiles.values()],
    )


def _describe(issuer: Issuer, profile: Profile) -> ProfileDescription:
    settings = issuer.settings
    configured = {
        claim: get_configured_claim(settings, profile, claim)
        for claim in SETTING_BY_CLAIM
        if claim not in profile.omit
    }
    return ProfileDescription(
        name=profile.name,
        alg=profile.alg,
        ttl=format_duration(get_configured_ttl(settings, profile)),
        claims={**profile.claims, **configured},
        omit=sorted(profile.omit),
    )
