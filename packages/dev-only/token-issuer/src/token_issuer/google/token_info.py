# DEV-ONLY: never ship to production.
"""Google's `tokeninfo` of the access token of a machine."""

from datetime import datetime
from typing import Any

from token_issuer.google.callers import find_caller
from token_issuer.google.service_accounts import ServiceAccounts
from token_issuer.oauth.state import ProviderState
from token_issuer.oauth.token_info import TokenInfo


def describe_machine_token(
    state: ProviderState, accounts: ServiceAccounts, token: str, now: datetime, *, is_old: bool
) -> dict[str, Any] | None:
    """Return the account, scopes and end of an access token.

    The email is that of the user for whom the account acts, or that of the account.

    Args:
        state: The state of the provider.
        accounts: The service accounts.
        token: The access token.
        now: The time of the request.
        is_old: Whether to use the names of `/oauth2/v1/tokeninfo` rather than those of v3.

    Returns:
        The response; None if the token is not that of a machine, or its account or user is removed.
    """
    access = find_caller(state, accounts.find, token, now)
    if access is None:
        return None
    account = accounts.find(access.principal)
    if account is None:
        token_info = TokenInfo(access.principal, access.scope, access.expires_at)
        return token_info.format(now, is_old=is_old)
    user = state.users.find(access.user) if access.user else None
    token_info = TokenInfo(
        client_id=account.client_id,
        scope=access.scope,
        expires_at=access.expires_at,
        email=account.email if user is None else user.email,
        is_email_verified=True if user is None else user.claims.get("email_verified"),
    )
    return token_info.format(now, is_old=is_old)
