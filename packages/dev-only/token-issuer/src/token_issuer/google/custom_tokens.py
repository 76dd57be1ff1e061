# DEV-ONLY: never ship to production.
"""Custom tokens of Firebase: a service account asserts who a user is.

Spec: https://firebase.google.com/docs/auth/admin/create-custom-tokens
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from jwt_core import strict_json

from token_issuer.config.parsers import ACCOUNT_DOMAIN
from token_issuer.google.assertions import verify_assertion
from token_issuer.google.identity_errors import IdentityCode, IdentityError
from token_issuer.google.service_accounts import FindAccount
from token_issuer.oauth.errors import OAuthError

AUDIENCE: Final = (
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"
)
"""The `aud` of every custom token."""
MAX_UID_CHARACTERS: Final = 128
MAX_CLAIMS_CHARACTERS: Final = 1000
RESERVED_CLAIMS: Final = frozenset({
    "acr", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "cnf", "exp", "firebase", "iat",
    "iss", "jti", "nbf", "nonce", "sub", "user_id",
})  # fmt: skip
"""Claims of ID tokens that a custom token must not set."""


class CustomToken(NamedTuple):
    """A valid custom token.

    Attributes:
        uid: The user.
        claims: More claims of the user.
        tenant: The tenant of the user; None without one.
    """

    uid: str
    claims: Mapping[str, Any]
    tenant: str | None


def verify_custom_token(
    find_account: FindAccount, token: object, project: str, now: datetime
) -> CustomToken:
    """Verify a custom token for *project*.

    Args:
        find_account: Finds the service account that `iss` names.
        token: The token.
        project: The project, to which the account must belong.
        now: The time of the request.

    Raises:
        IdentityError: the token is missing or invalid; the message gives the reason.
    """
    if not isinstance(token, str) or not token:
        message = "token: expected a custom token that a service account has signed"
        raise IdentityError(IdentityCode.MISSING_CUSTOM_TOKEN, message)
    try:
        account, claims = verify_assertion(
            find_account, token, frozenset({AUDIENCE}), now, expected_audience=AUDIENCE
        )
    except OAuthError as error:
        raise _reject(str(error)) from error
    if account.email.endswith(ACCOUNT_DOMAIN) and account.project != project:
        message = (
            f"iss: the service account belongs to another project than {project}, which "
            "TOKEN_ISSUER_GOOGLE_PROJECT sets"
        )
        raise IdentityError(IdentityCode.CREDENTIAL_MISMATCH, message)
    if claims.get("sub") != account.email:
        message = "sub: expected the email of the service account, as in iss"
        raise _reject(message)
    tenant = claims.get("tenant_id")
    if tenant is not None and (not isinstance(tenant, str) or not tenant):
        message = "tenant_id: expected text, or leave it out"
        raise _reject(message)
    return CustomToken(_read_uid(claims.get("uid")), _read_claims(claims.get("claims")), tenant)


def _read_uid(uid: object) -> str:
    if not isinstance(uid, str) or not 0 < len(uid) <= MAX_UID_CHARACTERS:
        message = f"uid: expected text of 1 to {MAX_UID_CHARACTERS} characters"
        raise _reject(message)
    return uid


def _read_claims(claims: object) -> Mapping[str, Any]:
    if claims is None:
        return {}
    if not isinstance(claims, dict):
        message = "claims: expected an object, or leave it out"
        raise _reject(message)
    reserved = ", ".join(sorted(RESERVED_CLAIMS.intersection(claims)))
    if reserved:
        raise IdentityError(
            IdentityCode.FORBIDDEN_CLAIM, f"claims: {reserved}: reserved; choose other names"
        )
    if len(strict_json.encode_object(claims).decode()) > MAX_CLAIMS_CHARACTERS:
        message = f"claims: expected at most {MAX_CLAIMS_CHARACTERS} characters of JSON"
        raise IdentityError(IdentityCode.CLAIMS_TOO_LARGE, message)
    return claims


def _reject(message: str) -> IdentityError:
    return IdentityError(IdentityCode.INVALID_CUSTOM_TOKEN, message)
