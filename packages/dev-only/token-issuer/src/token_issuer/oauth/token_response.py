# DEV-ONLY: never ship to production.
"""The tokens that a grant gives, as one response.

Spec: RFC 6749 §5.1, OpenID Connect Core §3.1.3.3 and §12.2
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import UNSET, Struct, UnsetType, structs

from token_issuer.oauth.access_tokens import issue_access_token
from token_issuer.oauth.defects import apply_defect
from token_issuer.oauth.id_tokens import issue_id_token
from token_issuer.oauth.records import Grant, RefreshToken
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState

REFRESH_TOKEN_LIFETIME: Final = timedelta(days=30)


class LoginTokens(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The response of the token endpoint to a login or a refresh."""

    access_token: str
    token_type: str | UnsetType = UNSET
    expires_in: int
    refresh_token: str | UnsetType = UNSET
    id_token: str | UnsetType = UNSET
    scope: str | UnsetType = UNSET


def issue_tokens(
    state: ProviderState,
    grant: Grant,
    now: datetime,
    *,
    generation: int | None,
    scope: tuple[str, ...] | None = None,
    nonce: str | None = None,
    stage: Stage = Stage.ID_TOKEN,
) -> LoginTokens:
    """Return the tokens of *grant*.

    Args:
        state: The state of the provider.
        grant: The grant.
        now: The time of issue.
        generation: The state of the grant in which the new refresh token is accepted; None to issue
            none.
        scope: The scopes of the access token; by default those of the grant.
        nonce: The nonce of the ID token.
        stage: The stage of the login to which the ID token belongs.
    """
    granted = grant.scope if scope is None else scope
    access_token, lifetime = issue_access_token(state, grant, granted, now)
    tokens = LoginTokens(
        access_token=access_token,
        token_type="Bearer",  # noqa: S106  # a type, not a secret
        expires_in=int(lifetime.total_seconds()),
        scope=" ".join(granted) or UNSET,
    )
    if generation is not None and grant.is_offline:
        record = RefreshToken(grant, generation)
        refresh_token = state.sealer.seal(
            Purpose.REFRESH_TOKEN, record, now=now, lifetime=REFRESH_TOKEN_LIFETIME
        )
        tokens = structs.replace(tokens, refresh_token=refresh_token)
    if set(state.identity_scopes).intersection(granted):
        id_token = issue_id_token(
            state, grant, now, scope=granted, access_token=access_token, nonce=nonce, stage=stage
        )
        tokens = structs.replace(tokens, id_token=id_token)
    if not grant.session.defect:
        return tokens
    members = {name: each for name, each in structs.asdict(tokens).items() if each is not UNSET}
    return LoginTokens(**apply_defect(state, Stage.TOKEN_RESPONSE, grant, members, now))
