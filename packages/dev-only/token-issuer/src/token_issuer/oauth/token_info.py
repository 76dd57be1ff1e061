# DEV-ONLY: never ship to production.
"""Google's `tokeninfo` of an access token, in its old and its new form."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from token_issuer.oauth.access_tokens import find_access_token
from token_issuer.oauth.defects import apply_defect
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.stages import Stage
from token_issuer.oauth.state import ProviderState


class TokenInfo(NamedTuple):
    """What `tokeninfo` says about an access token.

    Attributes:
        client_id: The client, or the unique number of a service account.
        scope: The scopes.
        expires_at: When it expires, in seconds since 1970.
        is_offline: Whether the client also has a refresh token.
        sub: The `sub` of the user; None for a machine.
        email: The email; None if the scopes do not release it.
        is_email_verified: The claim `email_verified`.
    """

    client_id: str
    scope: tuple[str, ...]
    expires_at: int
    is_offline: bool = False
    sub: str | None = None
    email: str | None = None
    is_email_verified: Any = None

    def format(self, now: datetime, *, is_old: bool) -> dict[str, Any]:
        """Return the response; see `describe_for_google` for *is_old*."""
        verified = {"verified_email" if is_old else "email_verified": self.is_email_verified}
        address = {} if self.email is None else {"email": self.email, **verified}
        common = {
            "scope": " ".join(self.scope),
            "expires_in": self.expires_at - int(now.timestamp()),
            "access_type": "offline" if self.is_offline else "online",
        }
        if is_old:
            parties = {"issued_to": self.client_id, "audience": self.client_id}
            user = {} if self.sub is None else {"user_id": self.sub}
            return {**parties, **user, **common, **address}
        texts = {"exp": self.expires_at, **common, **address}
        return {
            "azp": self.client_id,
            "aud": self.client_id,
            **({} if self.sub is None else {"sub": self.sub}),
            **{
                name: str(value).lower() if name == "email_verified" else str(value)
                for name, value in texts.items()
            },
        }


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
        message = "access_token: expected a valid access token of a login or machine of this issuer"
        raise OAuthError(
            ErrorCode.INVALID_TOKEN, message, "access_token", status=HTTPStatus.BAD_REQUEST
        )
    state.logins.done.note(record.grant, "tokeninfo")
    good = state.selection.select(state.collect_claims(record.grant), record.scope)
    claims = apply_defect(state, Stage.TOKEN_INFO, record.grant, good, now)
    token_info = TokenInfo(
        client_id=record.grant.client_id,
        sub=record.grant.session.sub,
        scope=record.scope,
        expires_at=record.expires_at,
        is_offline=record.grant.is_offline,
        email=claims.get("email"),
        is_email_verified=claims.get("email_verified"),
    )
    return token_info.format(now, is_old=is_old)
