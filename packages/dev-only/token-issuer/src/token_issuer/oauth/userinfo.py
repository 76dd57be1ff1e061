# DEV-ONLY: never ship to production.
"""The UserInfo endpoint: the claims that an access token releases.

Spec: OpenID Connect Core §5.3, RFC 6750
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from token_issuer.oauth.access_tokens import find_access_token
from token_issuer.oauth.defects import apply_defect
from token_issuer.oauth.errors import ErrorCode, MissingTokenError, OAuthError
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState


def describe_user(state: ProviderState, tokens: Sequence[str], now: datetime) -> dict[str, Any]:
    """Return the claims about the user who has granted an access token; always with `sub`.

    Args:
        state: The state of the provider.
        tokens: The access tokens that the request presents in its header, body and query.
        now: The time of the request.

    Raises:
        OAuthError: there is not exactly one token, it is invalid, or its scope does not suffice.
    """
    if not tokens:
        raise MissingTokenError
    if len(tokens) > 1:
        message = "access_token: sent several times; send it in one place (RFC 6750 section 2)"
        raise OAuthError(ErrorCode.INVALID_REQUEST, message, "access_token")
    token = find_access_token(state, tokens[0], now)
    if token is None:
        message = (
            "access_token: expected an access token that a login of this issuer gave, and that has "
            "neither expired nor been revoked"
        )
        raise OAuthError(ErrorCode.INVALID_TOKEN, message, "access_token")
    state.logins.done.note(token.grant, "userinfo")
    if not set(state.identity_scopes).intersection(token.scope):
        message = f"scope: the access token needs the scope {' or '.join(state.identity_scopes)}"
        raise OAuthError(ErrorCode.INSUFFICIENT_SCOPE, message, "scope")
    claims = state.selection.select(state.collect_claims(token.grant), token.scope)
    good = {"sub": token.grant.session.sub, **claims}
    return apply_defect(state, Stage.USERINFO, token.grant, good, now)
