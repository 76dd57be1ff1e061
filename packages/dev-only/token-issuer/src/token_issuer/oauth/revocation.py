# DEV-ONLY: never ship to production.
"""The revocation endpoint: revokes a token, and with it all tokens of the same login.

Spec: RFC 7009
"""

from datetime import datetime

from token_issuer.oauth.access_tokens import find_access_token
from token_issuer.oauth.clients import Client
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.records import Grant, RefreshToken
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.state import ProviderState


def revoke_token(
    state: ProviderState, parameters: Parameters, client: Client | None, now: datetime
) -> None:
    """Revoke the login from which the parameter `token` comes. Any other text is ignored.

    Args:
        state: The state of the provider.
        parameters: The parameters of the request.
        client: The client; None if the token alone is proof enough, as at Google.
        now: The time of the request.

    Raises:
        OAuthError: the token is missing, or was issued to another client.
    """
    grant = _find_grant(state, parameters.require("token"), now)
    if grant is None:
        return
    if client is not None and grant.client_id != client.client_id:
        message = "token: issued to another client, which alone may revoke it"
        raise OAuthError(ErrorCode.INVALID_GRANT, message, "token")
    state.grants.revoke(grant.number)


def _find_grant(state: ProviderState, token: str, now: datetime) -> Grant | None:
    refresh_token = state.sealer.open_valid(Purpose.REFRESH_TOKEN, token, RefreshToken, now=now)
    if refresh_token is not None:
        return refresh_token.grant
    access_token = find_access_token(state, token, now)
    return None if access_token is None else access_token.grant
