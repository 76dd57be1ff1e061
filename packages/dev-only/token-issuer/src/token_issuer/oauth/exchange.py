# DEV-ONLY: never ship to production.
"""The token endpoint for logins: a function for each grant type.

Spec: RFC 6749 §3.2
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from token_issuer.grant_types import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN
from token_issuer.oauth.client_authentication import BasicCredentials, identify_client
from token_issuer.oauth.clients import Client
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.grants import authorization_code, device_code, refresh
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.token_response import LoginTokens

_Redeem = Callable[[ProviderState, Parameters, Client, datetime], LoginTokens]

_GRANTS: Final[Mapping[str, _Redeem]] = {
    AUTHORIZATION_CODE: authorization_code.redeem_code,
    REFRESH_TOKEN: refresh.refresh_tokens,
    DEVICE_CODE: device_code.redeem_device_code,
}


def exchange(
    state: ProviderState, parameters: Parameters, basic: BasicCredentials | None, now: datetime
) -> LoginTokens:
    """Return the tokens for the request of a client.

    Raises:
        OAuthError: the request or the grant is invalid.
    """
    redeem = _GRANTS.get(parameters.require("grant_type"))
    if redeem is None:
        message = f"grant_type: expected one of {', '.join(_GRANTS)}"
        raise OAuthError(ErrorCode.UNSUPPORTED_GRANT_TYPE, message, "grant_type")
    parameters.reject_repeated()
    client = identify_client(state.clients, parameters, basic)
    return redeem(state, parameters, client, now)
