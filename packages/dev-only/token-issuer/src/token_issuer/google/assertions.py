# DEV-ONLY: never ship to production.
"""Verification of assertions: JWTs that a key of a service account has signed.

Error texts begin as those of Google, which some clients show, and name the claim.

Spec: RFC 7523 §3, https://developers.google.com/identity/protocols/oauth2/service-account
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, NoReturn

from jwt_core import (
    Algorithm,
    InvalidClaimError,
    InvalidSignatureError,
    JwtError,
    KeySet,
    SigningKey,
    TokenExpiredError,
    TokenNotYetValidError,
    VerificationKey,
    VerificationPolicy,
    verify,
)
from jwt_core.compact import parse_compact, parse_json_part

from token_issuer.google.service_accounts import FindAccount, ServiceAccount
from token_issuer.oauth.errors import ErrorCode, OAuthError

MAX_LIFETIME: Final = timedelta(hours=1)
CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far in the future `iat` and `nbf` may be."""
_BAD_TIMES: Final = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
_BAD_SIGNATURE: Final = "Invalid JWT Signature."
_MALFORMED: Final = "Invalid JWT:"
_EXPECTED_AUDIENCE: Final = "the token_uri of the key file, or https://oauth2.googleapis.com/token"


class Assertion(NamedTuple):
    """A valid assertion.

    Attributes:
        account: The account that has signed it.
        claims: Its claims.
    """

    account: ServiceAccount
    claims: Mapping[str, Any]


def verify_assertion(
    find_account: FindAccount,
    assertion: str,
    audiences: frozenset[str],
    now: datetime,
    *,
    expected_audience: str = _EXPECTED_AUDIENCE,
) -> Assertion:
    """Verify an assertion.

    Args:
        find_account: Finds the account that `iss` names.
        assertion: The JWT.
        audiences: The values of `aud` that are accepted.
        now: The time of the request.
        expected_audience: Names *audiences* in an error.

    Raises:
        OAuthError: the assertion is invalid; the message gives the reason.
    """
    email, kid = _read_issuer(assertion)
    account = find_account(email, kid)
    if account is None:
        _reject(
            "Invalid grant: account not found; iss: no service account has this email; add it to "
            "TOKEN_ISSUER_SERVICE_ACCOUNTS, or with PUT /admin/service-accounts/EMAIL"
        )
    keys = account.find_keys(kid)
    if not keys:
        _reject(f"{_BAD_SIGNATURE} kid: the service account has no key with this id")
    policy = VerificationPolicy(
        issuer=email, audience=audiences, leeway=CLOCK_SKEW, clock=lambda: now
    )
    claims = _verify(assertion, keys, policy, expected_audience)
    _check_times(claims, now)
    return Assertion(account, claims)


def _read_issuer(assertion: str) -> tuple[str, str | None]:
    """Return the unverified `iss` and `kid`, by which the key is found."""
    try:
        token = parse_compact(assertion)
        email = parse_json_part(token.payload, "payload").get("iss")
    except JwtError as error:
        _reject(f"{_MALFORMED} {error}", error)
    kid = token.header.get("kid")
    if not isinstance(email, str) or not email:
        _reject(f"{_MALFORMED} iss: expected the email of the service account")
    return email, kid if isinstance(kid, str) else None


def _verify(
    assertion: str, keys: tuple[SigningKey, ...], policy: VerificationPolicy, expected_audience: str
) -> Mapping[str, Any]:
    """Return the claims that any of *keys* has signed."""
    for key in keys:
        public_key = VerificationKey(key.verification_key.public_key, Algorithm.RS256, kid=None)
        try:
            return verify(assertion, KeySet((public_key,)), policy).claims
        except InvalidSignatureError:
            continue
        except JwtError as error:
            raise OAuthError(
                ErrorCode.INVALID_GRANT, _explain(error, expected_audience), "assertion"
            ) from error
    message = f"{_BAD_SIGNATURE} No key of the service account has signed the assertion"
    raise OAuthError(ErrorCode.INVALID_GRANT, message, "assertion")


def _explain(error: JwtError, expected_audience: str) -> str:
    if isinstance(error, TokenExpiredError | TokenNotYetValidError):
        return f"{_BAD_TIMES} {error}"
    if isinstance(error, InvalidClaimError) and error.claim == "aud":
        return f"{_MALFORMED} Failed audience check. {error}; expected {expected_audience}"
    return f"{_MALFORMED} {error}"


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    """Check `exp` without the leeway, and the lifetime; `verify` has checked their types."""
    expires_at, issued_at = claims["exp"], claims.get("iat")
    if issued_at is None:
        _reject(f"{_BAD_TIMES} iat: missing")
    if expires_at <= now.timestamp():
        _reject(f"{_BAD_TIMES} exp: the assertion has expired by the clock of the issuer")
    if expires_at > issued_at + MAX_LIFETIME.total_seconds():
        _reject(f"{_BAD_TIMES} exp: expected at most one hour after iat")


def _reject(message: str, cause: Exception | None = None) -> NoReturn:
    raise OAuthError(ErrorCode.INVALID_GRANT, message, "assertion") from cause
