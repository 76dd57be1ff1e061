"""Bearer token authentication: from request headers to verified claims.

Spec: RFC 6750
"""

import logging
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import proxy_guard
from jwt_core import (
    KeySet,
    KeySetUnavailableError,
    VerificationError,
    VerificationPolicy,
    VerifiedToken,
    verify,
)
from jwt_core.remote import RemoteKeySet

from reference_proxy.errors import (
    InvalidRequestError,
    InvalidTokenError,
    KeysUnavailableError,
    MissingTokenError,
)
from reference_proxy.settings import Settings
from reference_proxy.tls import create_tls_context

RawHeaders = Iterable[tuple[bytes, bytes]]
"""Header fields as in an ASGI scope: lower-case names, values as received."""

BEARER_CREDENTIALS: Final = re.compile(rb"bearer +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
"""Value of `Authorization` (RFC 6750 §2.1); the scheme is case-insensitive (RFC 9110 §11.1)."""

MAX_FAILURE_COOLDOWN: Final = timedelta(seconds=5)
"""Longest pause after a failed fetch of the keys; a shorter `JWKS_COOLDOWN_S` replaces it."""

DEFAULT_MIN_LIFETIME: Final = timedelta(seconds=10)
"""Shortest lifetime of the keys, whatever the response states; a shorter `JWKS_COOLDOWN_S`
replaces it, but never by less than `MIN_LIFETIME_FLOOR`."""

MIN_LIFETIME_FLOOR: Final = timedelta(seconds=1)
"""Smallest possible shortest lifetime; without it `max-age=0` could cause a fetch per request."""

MAX_LOGGED_CHARACTERS: Final = 1000
"""Longest reason in the log; it may contain text from the key set."""

logger = logging.getLogger(__name__)


class Authenticator:
    """Verifies the bearer token of each request."""

    def __init__(self, settings: Settings) -> None:
        self._policy = VerificationPolicy(
            issuer=settings.issuer,
            audience=settings.audience,
            algorithms=settings.algorithms,
            leeway=settings.leeway,
        )
        self._logged_problem = ""
        self._keys: KeySet | RemoteKeySet
        if settings.public_key is not None:
            self._keys = KeySet((settings.public_key,))
        else:
            self._keys = RemoteKeySet(
                settings.jwks_uri,
                document_validator=proxy_guard.screen_jwks,  # in production, rejects dev keys
                cooldown=settings.jwks_cooldown,
                # No fetch needs a longer pause than one that a token causes.
                failure_cooldown=min(MAX_FAILURE_COOLDOWN, settings.jwks_cooldown),
                min_lifetime=max(
                    min(DEFAULT_MIN_LIFETIME, settings.jwks_cooldown), MIN_LIFETIME_FLOOR
                ),
                ssl_context=create_tls_context(settings.ca_file),
                proxy_url=settings.jwks_proxy_url or None,
            )

    async def authenticate(self, headers: RawHeaders) -> VerifiedToken:
        """Verify the bearer token of a request.

        Raises:
            MissingTokenError: The request has no bearer token.
            InvalidRequestError: The request has several `Authorization` headers, or malformed
                credentials.
            InvalidTokenError: The token is rejected, by its verification or by the guard.
            KeysUnavailableError: There is no key set to verify the token with.

        Spec: RFC 6750 §2.1, §3.1
        """
        unverified_token = read_bearer_token(headers)
        try:
            if isinstance(self._keys, KeySet):
                token = verify(unverified_token, self._keys, self._policy)
            else:
                token = await self._keys.verify_async(unverified_token, self._policy)
            proxy_guard.screen_token(token.header, token.claims)
        except proxy_guard.GuardRefusedError as refusal:
            logger.error("a token with a valid signature is rejected: %s", refusal)  # noqa: TRY400  # the message suffices
            message = "the token must not be used in production"
            raise InvalidTokenError(message) from None
        except VerificationError as error:
            raise InvalidTokenError(str(error)) from None
        except KeySetUnavailableError as error:
            self._log_once(str(error)[:MAX_LOGGED_CHARACTERS])
            message = "no key is available to verify the token with: try again later"
            raise KeysUnavailableError(message) from None
        return token

    def _log_once(self, problem: str) -> None:
        """Log why there are no keys; do not repeat the latest log entry."""
        if problem != self._logged_problem:
            self._logged_problem = problem
            logger.error("%s", problem)


def read_bearer_token(headers: RawHeaders) -> str:
    """Return the request's bearer token, unverified.

    Raises:
        MissingTokenError: The request has no credentials, or credentials of another scheme.
        InvalidRequestError: The request has several `Authorization` headers, or malformed
            credentials.

    Spec: RFC 6750 §2.1, §3.1
    """
    values = [value.strip() for name, value in headers if name == b"authorization"]
    if not values or not values[0].lower().startswith(b"bearer"):
        message = "send a token in the header `Authorization: Bearer TOKEN`"
        raise MissingTokenError(message)
    if len(values) > 1:
        message = "the request has several Authorization headers: send exactly one"
        raise InvalidRequestError(message)
    credentials = BEARER_CREDENTIALS.fullmatch(values[0])
    if credentials is None:
        message = "the Authorization header is malformed: send `Authorization: Bearer TOKEN`"
        raise InvalidRequestError(message)
    return credentials[1].decode("ascii")
