# DEV-ONLY: never ship to production.
"""The logout endpoint: ends the session of the browser, and sends it back to the client.

Spec: OpenID Connect RP-Initiated Logout 1.0
"""

from datetime import datetime

from token_issuer.oauth.authorization import check_redirect_uri
from token_issuer.oauth.clients import Client
from token_issuer.oauth.errors import DirectError, ErrorCode, OAuthError, raise_directly
from token_issuer.oauth.id_tokens import INVALID_HINT, verify_id_token_hint
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.responses import add_parameters
from token_issuer.oauth.state import ProviderState


def log_out(
    state: ProviderState, parameters: Parameters, cookie: str | None, now: datetime
) -> str | None:
    """End the session of *cookie*, and return the URL to go to; None to show a page.

    Raises:
        DirectError: the hint or the client is wrong, or the client may not use the URL.
    """
    with raise_directly():
        client = _identify_client(state, parameters)
        uri = parameters.get("post_logout_redirect_uri")
        echoed = parameters.get("state")
    if uri is not None:
        if client is None:
            message = "post_logout_redirect_uri: the client is unknown; send client_id as well"
            raise DirectError(message, "post_logout_redirect_uri")
        declared = client.post_logout_redirect_uris
        if not declared and client.redirect_uris:
            message = (
                f"post_logout_redirect_uri: the client '{client.client_id[:80]}' declares none; "
                "add it to post_logout_redirect_uris"
            )
            raise DirectError(message, "post_logout_redirect_uri")
        check_redirect_uri(uri, declared, client, "post_logout_redirect_uri")
    session = state.sessions.open(cookie, now)
    if session is not None:
        state.sessions.end(session)
    return None if uri is None else add_parameters(uri, {} if echoed is None else {"state": echoed})


def _identify_client(state: ProviderState, parameters: Parameters) -> Client | None:
    """Return the client that the hint or `client_id` names; None without both.

    Raises:
        OAuthError: one of them is wrong, or they contradict each other.
    """
    client_id, hint = parameters.get("client_id"), parameters.get("id_token_hint")
    if hint is not None:
        claims = verify_id_token_hint(state, hint)
        audience = None if claims is None else claims["aud"]
        if not isinstance(audience, str):
            raise OAuthError(ErrorCode.INVALID_REQUEST, INVALID_HINT, "id_token_hint")
        if client_id not in {None, audience}:
            message = "client_id and id_token_hint contradict each other: send one of them"
            raise OAuthError(ErrorCode.INVALID_REQUEST, message, "client_id", "id_token_hint")
        client_id = audience
    if client_id is None:
        return None
    client = state.clients.find(client_id)
    if client is None:
        raise OAuthError(
            ErrorCode.INVALID_REQUEST, state.clients.describe_unknown(client_id), "client_id"
        )
    return client
