# DEV-ONLY: never ship to production.
"""The refresh grant: new tokens of an earlier login.

Refresh tokens rotate: each is accepted once, and a second use revokes all tokens of the login. With
the profile `google` they do not rotate, as at Google.

Spec: RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core §12
"""

from datetime import datetime
from functools import partial

from token_issuer.oauth.clients import Client
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.records import RefreshToken
from token_issuer.oauth.scopes import narrow_scope
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.token_response import LoginTokens, issue_tokens


def refresh_tokens(
    state: ProviderState, parameters: Parameters, client: Client, now: datetime
) -> LoginTokens:
    """Return the tokens of a refresh token.

    Raises:
        OAuthError: the token belongs to another client, has expired, has been used or is revoked,
            or the requested scope is wider than the granted one.
    """
    text, scope = parameters.require("refresh_token"), parameters.get("scope")
    token = state.sealer.open_valid(Purpose.REFRESH_TOKEN, text, RefreshToken, now=now)
    if token is None or token.grant.client_id != client.client_id:
        message = (
            "refresh_token: has expired, or was not issued to this client in this run of the "
            "issuer; start the login again"
        )
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "refresh_token")
    if state.find_parties(token.grant) is None:
        message = "refresh_token: is revoked, or its user has been removed; start the login again"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "refresh_token")
    state.logins.done.note(token.grant, "refresh")
    granted = narrow_scope(scope, token.grant.scope)
    issue = partial(
        issue_tokens, state, token.grant, now, scope=granted, stage=Stage.REFRESHED_ID_TOKEN
    )
    if state.is_google:
        return issue(generation=None)
    if not state.grants.advance(token.grant.number, token.generation):
        message = (
            "refresh_token: has been used already; all tokens of the login are now revoked; start "
            "the login again"
        )
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "refresh_token")
    return issue(generation=token.generation + 1)
