# DEV-ONLY: never ship to production.
"""The JWT bearer grant: an assertion of a service account for an access token or an ID token.

Spec: RFC 7523 §2.1 and §3, https://developers.google.com/identity/protocols/oauth2/service-account
"""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from token_issuer.google.assertions import verify_assertion
from token_issuer.google.id_tokens import (
    MAX_AUDIENCE_CHARACTERS,
    is_audience,
    issue_machine_id_token,
)
from token_issuer.google.machine_tokens import MachineToken, issue_machine_token
from token_issuer.google.replays import UsedAssertions
from token_issuer.google.service_accounts import FindAccount, ServiceAccount
from token_issuer.grant_types import JWT_BEARER
from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.oauth.parameters import MAX_VALUE_CHARACTERS, Parameters
from token_issuer.oauth.scopes import parse_scope
from token_issuer.oauth.state import ProviderState
from token_issuer.paths import TOKEN_PATHS

GOOGLE_TOKEN_URLS: Final = frozenset({
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
})
"""The `aud` of assertions for Google."""


class MachineIdToken(Struct, frozen=True, kw_only=True):
    """The response to an assertion with a `target_audience`."""

    id_token: str


def exchange_assertion(
    state: ProviderState,
    find_account: FindAccount,
    used: UsedAssertions,
    parameters: Parameters,
    now: datetime,
    *,
    base_url: str | None = None,
) -> MachineToken | MachineIdToken:
    """Return the token for an assertion.

    Args:
        state: The state of the provider.
        find_account: Finds the account that has signed the assertion.
        used: The assertions that have been used.
        parameters: The parameters of the request; those that belong to other grants are ignored.
        now: The time of the request.
        base_url: The base URL of the request.

    Raises:
        OAuthError: the request or the assertion is invalid.
    """
    if parameters.require("grant_type") != JWT_BEARER:
        message = f"grant_type: expected {JWT_BEARER}"
        raise OAuthError(ErrorCode.UNSUPPORTED_GRANT_TYPE, message, "grant_type")
    parameters.reject_repeated()
    text = parameters.require("assertion")
    audiences = list_audiences(state, base_url)
    account, claims = verify_assertion(find_account, text, audiences, now)
    user = _read_user(state, account, claims.get("sub"))
    scope, audience = _read_target(claims)
    if (jti := claims.get("jti")) is not None:
        used.use(account.email, jti, claims["exp"], now)
    if audience is not None:
        return MachineIdToken(id_token=issue_machine_id_token(state.issuer, account, audience, now))
    return issue_machine_token(state, account.email, scope, now, user=user)


def list_audiences(state: ProviderState, base_url: str | None) -> frozenset[str]:
    """Return the values of `aud` that are accepted: the token URLs of Google and of the issuer."""
    issuer = state.issuer
    bases = {base_url, issuer.settings.public_url, issuer.identifier.rstrip("/")} - {None}
    ours = {f"{base}{path}" for base in bases for path in TOKEN_PATHS}
    return GOOGLE_TOKEN_URLS | ours


def _read_user(state: ProviderState, account: ServiceAccount, subject: str | None) -> str:
    """Return the name of the user for whom the account acts; empty if it acts for itself."""
    if subject in {None, account.email}:
        return ""
    user = state.users.find(str(subject))
    if user is None:
        message = (
            "Client is unauthorized to retrieve access tokens using this method; sub: no user has "
            "this name or email; declare it in a table [users.NAME] of the profiles file"
        )
        raise OAuthError(ErrorCode.UNAUTHORIZED_CLIENT, message, "assertion")
    return user.name


def _read_target(claims: Any) -> tuple[tuple[str, ...], str | None]:
    """Return the scopes of the access token, or the audience of the ID token."""
    scope, audience = claims.get("scope") or None, claims.get("target_audience") or None
    is_text = all(isinstance(value, str) for value in (scope, audience) if value is not None)
    if (scope is None) == (audience is None) or not is_text:
        message = (
            "Invalid OAuth scope or ID token audience provided. scope and target_audience: expected"
            " exactly one of these claims, as text"
        )
        raise OAuthError(ErrorCode.INVALID_SCOPE, message, "assertion")
    if audience is not None and not is_audience(audience):
        message = f"target_audience: expected text of at most {MAX_AUDIENCE_CHARACTERS} characters"
        raise OAuthError(ErrorCode.INVALID_SCOPE, message, "assertion")
    return parse_scope(scope, MAX_VALUE_CHARACTERS), audience
