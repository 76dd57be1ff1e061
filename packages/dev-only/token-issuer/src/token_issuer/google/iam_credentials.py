# DEV-ONLY: never ship to production.
"""Google's IAM credentials API: tokens and signatures of a service account for another machine.

Any machine may act for any account of the issuer: there are no policies. Its access token must have
a scope that Google demands.

Spec: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from jwt_core import SigningError, sign, strict_json
from jwt_core.algorithms import get_scheme
from msgspec import Struct

from token_issuer.errors import GoogleApiError
from token_issuer.google.callers import find_caller
from token_issuer.google.id_tokens import (
    MAX_AUDIENCE_CHARACTERS,
    is_audience,
    issue_machine_id_token,
)
from token_issuer.google.json_messages import drop_nulls
from token_issuer.google.machine_tokens import MACHINE_TOKEN_LIFETIME, issue_machine_token
from token_issuer.google.service_accounts import ServiceAccount, ServiceAccounts
from token_issuer.oauth.errors import OAuthError
from token_issuer.oauth.parameters import MAX_VALUE_CHARACTERS
from token_issuer.oauth.scopes import parse_scope
from token_issuer.oauth.state import ProviderState

SCOPES: Final = (
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/iam",
)
"""The scopes, one of which the caller needs."""
_LIFETIME: Final = re.compile(r"(?P<seconds>[0-9]{1,6}(\.[0-9]{1,9})?)s")
_MIN_LIFETIME: Final = timedelta(seconds=1)
_MAX_JWT_LIFETIME: Final = timedelta(hours=12)


class _Body(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A request; the chain of *delegates* is accepted, since there are no policies to check."""

    delegates: list[str] = msgspec.field(default_factory=list)


class AccessTokenRequest(_Body, frozen=True, kw_only=True, rename="camel"):
    """The body of `generateAccessToken`."""

    scope: list[str]
    lifetime: str = f"{int(MACHINE_TOKEN_LIFETIME.total_seconds())}s"


class IdTokenRequest(_Body, frozen=True, kw_only=True, rename="camel"):
    """The body of `generateIdToken`."""

    audience: str
    include_email: bool = False
    use_email_azp: bool = False


class SignRequest(_Body, frozen=True, kw_only=True, rename="camel"):
    """The body of `signBlob` and `signJwt`: base64, or a claims set as JSON text."""

    payload: str


_Request = TypeVar("_Request", bound=_Body)


class Caller(NamedTuple):
    """An authorized request for an account.

    Attributes:
        state: The state of the provider.
        accounts: The accounts.
        account: The account whose token or signature is requested.
        body: The JSON body.
        now: The time of the request.
    """

    state: ProviderState
    accounts: ServiceAccounts
    account: ServiceAccount
    body: bytes
    now: datetime

    def read(self, kind: type[_Request]) -> _Request:
        """Decode the body.

        Raises:
            GoogleApiError: it is not the expected JSON.
        """
        try:
            fields = strict_json.decode_object(self.body or b"{}")
            return msgspec.convert(drop_nulls(fields), type=kind)
        except (ValueError, msgspec.ValidationError) as error:
            expected = ", ".join(kind.__struct_encode_fields__)
            message = f"body: {error}; expected JSON with {expected}"
            raise GoogleApiError(HTTPStatus.BAD_REQUEST, message, "body") from error


def call_iam(
    state: ProviderState,
    accounts: ServiceAccounts,
    method: str,
    email: str,
    tokens: list[str],
    body: bytes,
    now: datetime,
) -> dict[str, Any]:
    """Respond to a request.

    Args:
        state: The state of the provider.
        accounts: The service accounts.
        method: The name of the method, one of `METHODS`.
        email: The email of the account, or its unique number.
        tokens: The access tokens of the request.
        body: The JSON body.
        now: The time of the request.

    Raises:
        GoogleApiError: the request is not authorized, or invalid.
    """
    respond = METHODS.get(method)
    if respond is None:
        message = f"method: expected one of {', '.join(METHODS)}"
        raise GoogleApiError(HTTPStatus.NOT_FOUND, message, "method")
    _authorize(state, accounts, tokens, now)
    account = accounts.find(email) or accounts.find_by_number(email)
    if account is None:
        message = (
            "account: no service account has this email; add it to TOKEN_ISSUER_SERVICE_ACCOUNTS, "
            "or with PUT /admin/service-accounts/EMAIL"
        )
        raise GoogleApiError(HTTPStatus.NOT_FOUND, message, "account")
    return respond(Caller(state, accounts, account, body, now))


def _authorize(
    state: ProviderState, accounts: ServiceAccounts, tokens: list[str], now: datetime
) -> None:
    access = find_caller(state, accounts.find, tokens[0], now) if len(tokens) == 1 else None
    if access is None:
        message = (
            "Request had invalid authentication credentials. Authorization: expected Bearer and "
            "one access token of a service account or of a token exchange with this issuer"
        )
        raise GoogleApiError(HTTPStatus.UNAUTHORIZED, message, "Authorization")
    if not set(SCOPES).intersection(access.scope):
        message = (
            "Request had insufficient authentication scopes. scope: the access token needs "
            f"{' or '.join(SCOPES)}"
        )
        raise GoogleApiError(HTTPStatus.FORBIDDEN, message, "scope")


def _generate_access_token(caller: Caller) -> dict[str, Any]:
    request = caller.read(AccessTokenRequest)
    match = _LIFETIME.fullmatch(request.lifetime)
    lifetime = timedelta(seconds=float(match["seconds"]) if match else 0)
    if not _MIN_LIFETIME <= lifetime <= MACHINE_TOKEN_LIFETIME:
        message = "lifetime: expected 1s to 3600s, as text"
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, message, "lifetime")
    try:
        scope = parse_scope(" ".join(request.scope) or None, MAX_VALUE_CHARACTERS)
    except OAuthError as error:
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, str(error), "scope") from error
    if not scope:
        message = "scope: expected a list of at least one scope"
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, message, "scope")
    lifetime -= timedelta(microseconds=lifetime.microseconds)
    token = issue_machine_token(
        caller.state, caller.account.email, scope, caller.now, lifetime=lifetime
    )
    expiry = caller.now.replace(microsecond=0) + lifetime
    return {"accessToken": token.access_token, "expireTime": f"{expiry:%Y-%m-%dT%H:%M:%SZ}"}


def _generate_id_token(caller: Caller) -> dict[str, Any]:
    request = caller.read(IdTokenRequest)
    if not is_audience(request.audience):
        message = f"audience: expected text of at most {MAX_AUDIENCE_CHARACTERS} characters"
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, message, "audience")
    token = issue_machine_id_token(
        caller.state.issuer,
        caller.account,
        request.audience,
        caller.now,
        has_email=request.include_email,
        claims={"azp": caller.account.email} if request.use_email_azp else {},
    )
    return {"token": token}


def _sign_blob(caller: Caller) -> dict[str, Any]:
    payload = caller.read(SignRequest).payload
    try:
        data = base64.b64decode(payload.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as error:
        message = "payload: expected base64"
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, message, "payload") from error
    key = caller.accounts.ensure_key(caller.account)
    signature = get_scheme(key.algorithm).sign(data, key.private_key)
    return {"keyId": key.kid, "signedBlob": base64.b64encode(signature).decode("ascii")}


def _sign_jwt(caller: Caller) -> dict[str, Any]:
    payload = caller.read(SignRequest).payload
    try:
        claims = strict_json.decode_object(payload.encode())
    except ValueError as error:
        message = "payload: expected a claims set as the text of one JSON object"
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, message, "payload") from error
    _check_expiry(claims.get("exp"), caller.now)
    key = caller.accounts.ensure_key(caller.account)
    try:
        return {"keyId": key.kid, "signedJwt": sign(claims, key)}
    except SigningError as error:
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, f"payload: {error}", "payload") from error


def _check_expiry(expires_at: object, now: datetime) -> None:
    """Check `exp`, which is optional and at most twelve hours from now."""
    if expires_at is None:
        return
    is_number = isinstance(expires_at, int | float) and not isinstance(expires_at, bool)
    if not is_number or expires_at > now.timestamp() + _MAX_JWT_LIFETIME.total_seconds():  # type: ignore[operator]  # is_number
        message = "payload.exp: expected a number of seconds, at most 12 hours from now"
        raise GoogleApiError(HTTPStatus.BAD_REQUEST, message, "payload")


METHODS: Final[Mapping[str, Callable[[Caller], dict[str, Any]]]] = {
    "generateAccessToken": _generate_access_token,
    "generateIdToken": _generate_id_token,
    "signBlob": _sign_blob,
    "signJwt": _sign_jwt,
}
"""The methods of a service account."""
