# DEV-ONLY: never ship to production.
"""The introspection endpoint: whether a token is active, and its claims.

Spec: RFC 7662
"""

from datetime import datetime
from typing import Any

from jwt_core import JwtError

from token_issuer.oauth.access_tokens import TYPE, describe_access_token, find_access_token
from token_issuer.oauth.clients import Client
from token_issuer.oauth.parameters import Parameters
from token_issuer.oauth.records import RefreshToken
from token_issuer.oauth.sealing import Purpose
from token_issuer.oauth.state import ProviderState
from token_issuer.tokens.introspection import verify_for_any_audience


def introspect_token(
    state: ProviderState, parameters: Parameters, client: Client, now: datetime
) -> dict[str, Any]:
    """Return whether the token in the parameter `token` is active, and if so, its claims.

    Tokens of `POST /token` are active while they are valid. ID tokens are not: they are for the
    client, and no API may accept them.

    Args:
        state: The state of the provider.
        parameters: The parameters of the request.
        client: The client, which has authenticated itself.
        now: The time of the request.

    Raises:
        OAuthError: the token is missing.
    """
    token = parameters.require("token")
    described = (
        _describe_access_token(state, token, now)
        or _describe_refresh_token(state, token, client, now)
        or _describe_minted_token(state, token, now)
    )
    return {**described, "active": True} if described else {"active": False}


def _describe_access_token(
    state: ProviderState, token: str, now: datetime
) -> dict[str, Any] | None:
    record = find_access_token(state, token, now)
    if record is None:
        return None
    state.logins.done.note(record.grant, "introspect")
    released = state.selection.select_for_api(state.collect_claims(record.grant), record.scope)
    return {
        **released,
        **describe_access_token(state, record),
        "token_type": "Bearer",
        "username": record.grant.session.user,
    }


def _describe_refresh_token(
    state: ProviderState, token: str, client: Client, now: datetime
) -> dict[str, Any] | None:
    """Describe a refresh token that the client itself may use."""
    opened = state.sealer.open_valid(Purpose.REFRESH_TOKEN, token, RefreshToken, now=now)
    if opened is None or opened.grant.client_id != client.client_id:
        return None
    number, generation = opened.grant.number, opened.generation
    if state.find_parties(opened.grant) is None or not state.grants.is_at(number, generation):
        return None
    session = opened.grant.session
    scope = {"scope": " ".join(opened.grant.scope)} if opened.grant.scope else {}
    return {"client_id": client.client_id, "sub": session.sub, "username": session.user, **scope}


def _describe_minted_token(
    state: ProviderState, token: str, now: datetime
) -> dict[str, Any] | None:
    """Describe a valid token of `POST /token` that is not an ID token."""
    try:
        verified = verify_for_any_audience(token, state.verification_keys, lambda: now)
    except (JwtError, ValueError, TypeError):
        return None
    claims = dict(verified.claims)
    is_other = verified.header.get("typ") == TYPE or "at_hash" in claims
    if is_other or claims["iss"] != state.issuer.identifier:
        return None
    return {**claims, "token_type": "Bearer"}
