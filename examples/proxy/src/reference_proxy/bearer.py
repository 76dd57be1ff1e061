"""Bearer tokens: from a request's headers to verified claims.

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

RawHeaders = Iterable[tuple[bytes, bytes]]
"""Header fields as ASGI gives them: lower-case names, values as received."""

CREDENTIALS: Final = re.compile(rb"bearer +([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)
"""RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1)."""
FAILURE_COOLDOWN: Final = timedelta(seconds=5)
"""Pause after a failed fetch of the keys; shorter where the cooldown is."""
MIN_LIFETIME: Final = timedelta(seconds=10)
"""How long keys are kept at least, whatever their endpoint says; shorter where the cooldown is."""

logger = logging.getLogger(__name__)


class Authenticator:
    """Decides which requests carry a token that this proxy accepts."""

    def __init__(self, settings: Settings) -> None:
        self._policy = VerificationPolicy(
            issuer=settings.issuer,
            audience=settings.audience,
            algorithms=settings.algorithms,
            leeway=settings.leeway,
        )
        self._keys: KeySet | RemoteKeySet
        if settings.public_key is not None:
            self._keys = KeySet((settings.public_key,))
        else:
            self._keys = RemoteKeySet(
                settings.jwks_uri,
                screen=proxy_guard.screen_jwks,  # a dev key is refused; the set in use stays
                cooldown=settings.jwks_cooldown,
                # Who lets any token cause a fetch this often need not hold back for longer.
                failure_cooldown=min(FAILURE_COOLDOWN, settings.jwks_cooldown),
                min_lifetime=min(MIN_LIFETIME, settings.jwks_cooldown),
            )

    async def authenticate(self, headers: RawHeaders) -> VerifiedToken:
        """Verify the bearer token of a request.

        Raises:
            MissingTokenError: there is none.
            InvalidRequestError: there are several, or it is not of the form `Bearer TOKEN`.
            InvalidTokenError: it is refused, by its verification or by the guard.
            KeysUnavailableError: no key set could be fetched to judge it by.

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
            logger.error("a token with a good signature is refused: %s", refusal)  # noqa: TRY400  # the message is the whole story
            message = "the token is not fit for production"
            raise InvalidTokenError(message) from None
        except VerificationError as error:
            raise InvalidTokenError(str(error)) from None
        except KeySetUnavailableError as error:
            raise KeysUnavailableError(str(error)) from None
        return token


def read_bearer_token(headers: RawHeaders) -> str:
    """Return the request's bearer token, unverified.

    Raises:
        MissingTokenError: no credentials, or those of another scheme.
        InvalidRequestError: several `Authorization` headers, or credentials of the wrong form.

    Spec: RFC 6750 §2.1, §3.1
    """
    values = [value.strip() for name, value in headers if name == b"authorization"]
    if not values or not values[0].lower().startswith(b"bearer"):
        message = "send a token in the header `Authorization: Bearer TOKEN`"
        raise MissingTokenError(message)
    if len(values) > 1:
        message = "several Authorization headers came with the request: send exactly one"
        raise InvalidRequestError(message)
    credentials = CREDENTIALS.fullmatch(values[0])
    if credentials is None:
        message = "the Authorization header is not of the form `Bearer TOKEN`"
        raise InvalidRequestError(message)
    return credentials[1].decode("ascii")
