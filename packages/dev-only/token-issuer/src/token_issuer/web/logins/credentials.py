# DEV-ONLY: never ship to production.
"""Credentials of a request to an OAuth endpoint: those of a client, or an access token.

Spec: RFC 6749 §2.3.1, RFC 6750 §2
"""

from typing import Final

from token_issuer.oauth.client_authentication import BasicCredentials
from token_issuer.web.parameters import decode_pairs, read_basic, read_form
from token_issuer.web.request import Request

_TOKEN_PARAMETER: Final = "access_token"  # noqa: S105  # a name, not a secret


def read_client_credentials(request: Request) -> BasicCredentials | None:
    """Return the Basic credentials of a client; None if the request has none.

    Raises:
        TokenRequestError: the credentials cannot be decoded.
    """
    basic = read_basic(request)
    return None if basic is None else BasicCredentials(*basic)


def read_bearer_tokens(request: Request) -> list[str]:
    """Return the access tokens of the header fields `Authorization`."""
    fields = [value.decode("latin-1") for name, value in request.fields if name == b"authorization"]
    presented = [field.strip().partition(" ") for field in fields]
    return [token.strip() for scheme, _, token in presented if scheme.lower() == "bearer"]


def read_access_tokens(request: Request) -> list[str]:
    """Return the access tokens of the header, the form body and the query string.

    Raises:
        HttpError: the body is not a form.
        TokenRequestError: the query string or the body cannot be decoded.
    """
    pairs = decode_pairs(request.query, "query string") + read_form(request)
    presented = [value for name, value in pairs if name == _TOKEN_PARAMETER and value]
    return read_bearer_tokens(request) + presented
