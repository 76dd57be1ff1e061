# DEV-ONLY: never ship to production.
"""Parameters of a request as `name=value` pairs: query string, form body and Basic credentials.

Spec: RFC 6749 §2.3.1 and appendix B
"""

import base64
import binascii
from functools import lru_cache
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from token_issuer.errors import TokenRequestError
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.web.errors import HttpError, reject_encoded_body
from token_issuer.web.request import Request

_MAX_PARAMETERS: Final = 100

Pairs = list[tuple[str, str]]


def decode_pairs(data: bytes, source: str) -> Pairs:
    """Decode URL-encoded *data*, in its order; empty and repeated parameters are kept.

    Args:
        data: The encoded parameters.
        source: The part of the request that holds them, for errors.

    Raises:
        TokenRequestError: there are too many parameters, or they are not UTF-8.
    """
    if not data:
        return []
    try:
        return list(_decode_pairs(data))
    except ValueError as error:
        message = f"{source}: expected at most {_MAX_PARAMETERS} URL-encoded parameters in UTF-8"
        raise TokenRequestError(message, source) from error


@lru_cache(maxsize=1)
def _decode_pairs(data: bytes) -> tuple[tuple[str, str], ...]:
    """Decode *data*; cached, since two handlers read the form of a request for a login's tokens."""
    pairs = parse_qsl(
        data.decode("utf-8"),
        encoding="utf-8",
        errors="strict",
        max_num_fields=_MAX_PARAMETERS,
        keep_blank_values=True,
    )
    return tuple(pairs)


def read_form(request: Request, *, also_accepted: str = "") -> Pairs:
    """Read a form body; an empty body has no parameters.

    Args:
        request: The request.
        also_accepted: Another media type that the endpoint accepts, for errors.

    Raises:
        HttpError: the body is not a form, or it is compressed.
        TokenRequestError: the body cannot be decoded.
    """
    body = request.body
    if not body:
        return []
    reject_encoded_body(request.join_field(b"content-encoding"))
    if read_media_type(request) != FORM_TYPE:
        expected = " or ".join(filter(None, (also_accepted, FORM_TYPE)))
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Type: expected {expected}")
    if body.lstrip().startswith(b"{"):  # curl -d sends JSON as a form by default
        advice = f"send the header Content-Type: {JSON_TYPE}" if also_accepted else "send a form"
        message = f"Content-Type: the body looks like JSON; {advice}"
        raise TokenRequestError(message, "Content-Type")
    return decode_pairs(body, "form body")


def read_media_type(request: Request) -> str:
    """Return the media type of the body, without parameters, in lower case."""
    return request.get_field(b"content-type").partition(";")[0].strip().lower()


def read_basic(request: Request) -> tuple[str, str] | None:
    """Return the client id and the secret of Basic credentials; None if the scheme is not Basic.

    Raises:
        TokenRequestError: the credentials cannot be decoded, or lack the client id.
    """
    scheme, _, credentials = request.get_field(b"authorization").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
        client_id, colon, secret = text.partition(":")
        client_id = unquote_plus(client_id, errors="strict")
        secret = unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):
        colon = client_id = secret = ""
    if not colon or not client_id:
        message = "Authorization: expected Basic base64(client_id:client_secret), both URL-encoded"
        raise TokenRequestError(message, "Authorization")
    return client_id, secret
