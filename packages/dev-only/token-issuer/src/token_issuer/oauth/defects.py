# DEV-ONLY: never ship to production.
"""The planned defect of a login, applied to the values of each stage.

The changes themselves are in `login_defects`, which is imported for the first defective login.
"""

from datetime import datetime
from typing import Any

from jwt_core import Algorithm, sign

from token_issuer.oauth.records import Grant
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState


def apply_defect(
    state: ProviderState, stage: Stage, grant: Grant, members: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """Return *members* with the change that the defect of the login makes at *stage*."""
    if not grant.session.defect:
        return members
    from token_issuer.oauth.login_defects import change_members  # noqa: PLC0415  # see above

    changed = change_members(state, stage, grant, members, now)
    if changed != members:
        state.logins.done.strike(grant)
    return changed


def sign_id_token(state: ProviderState, grant: Grant, claims: dict[str, Any], now: datetime) -> str:
    """Return the ID token with *claims*, changed if the login has a defect of tokens."""
    if grant.session.defect:
        from token_issuer.oauth.login_defects import mint_id_token  # noqa: PLC0415  # see above

        token = mint_id_token(state, grant, claims, now)
        if token is not None:
            state.logins.done.strike(grant)
            return token
    return sign(claims, state.issuer.keys.ensure_key(Algorithm.RS256))
