# DEV-ONLY: never ship to production.
"""Google's `tokeninfo` of an access token, in its old and its new form."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from token_issuer.oauth.access_tokens import find_access_token
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.state import ProviderState


def describe_for_google(
    state: ProviderState, token: str, now: datetime, *, is_old: bool
) -> dict[str, Any]:
    """Return the user and the client of an access token.

    Args:
        state: The state of the provider.
        token: The access token.
        now: The time of the request.
        is_old: Whether to use the names of `/oauth2/v1/tokeninfo` rather than those of v3.

    Raises:
        OAuthError: the token is invalid.
    """
    record = find_access_token(state, token, now)
    if record is None:
        message = "access_token: expected a valid access token that a login of this issuer gave"
        raise OAuthError(
            ErrorCode.INVALID_TOKEN, message, "access_token", status=HTTPStatus.BAD_REQUEST
        )
    claims = state.selection.select(state.collect_claims(record.grant), record.scope)
    client_id, sub = record.grant.client_id, record.grant.session.sub
    verified = {"verified_email" if is_old else "email_verified": claims.get("email_verified")}
    address = {"email": claims["email"], **verified} if "email" in claims else {}
    common = {
        "scope": " ".join(record.scope),
        "expires_in": record.expires_at - int(now.timestamp()),
        "access_type": "offline" if record.grant.is_offline else "online",
    }
    if is_old:
        return {"issued_to": client_id, "audience": client_id, "user_id": sub, **common, **address}
    texts = {"exp": record.expires_at, **common, **address}
    return {
        "azp": client_id,
        "aud": client_id,
        "sub": sub,
        **{
            name: str(value).lower() if name == "email_verified" else str(value)
            for name, value in texts.items()
        },
    }
