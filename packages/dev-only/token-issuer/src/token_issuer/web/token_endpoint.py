# DEV-ONLY: never ship to production.
"""Handler of `POST /token`: reads the parameters of a request, returns a token as JSON or as text.

Spec: RFC 6749 §2.3.1, §3.2 and §5
"""

import base64
import binascii
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from jwt_core import Algorithm
from msgspec import UNSET

from token_issuer.config.choices import ALGORITHMS
from token_issuer.errors import TokenRequestError
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.messages import TokenRequest
from token_issuer.tokens.request_parsing import (
    combine_pairs,
    convert_parameters,
    decode_json_object,
)
from token_issuer.web.errors import HttpError, reject_encoded_body
from token_issuer.web.negotiation import choose_media_type
from token_issuer.web.request import Request
from token_issuer.web.response import DeferredResponse, RawResponse, encode_fields

BARE_TYPES: Final = ("application/jwt", "text/plain")
"""The media types of a response that consists of the token alone, for shell scripts."""
_OFFERS: Final = (JSON_TYPE, *BARE_TYPES)
_FIELDS: Final = encode_fields({
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Vary": "Accept",
})
_MAX_PARAMETERS: Final = 100


def mint_token(issuer: Issuer, request: Request) -> RawResponse | DeferredResponse:
    """Mint the requested token, or defer the response if a key may have to be generated.

    Raises:
        HttpError: the body has an unsupported media type.
        TokenRequestError: the request is invalid, contradicts itself or cannot be met.
        KeyDirectoryError: the key of a new algorithm cannot be stored.
    """
    token_request = read_token_request(request)
    mint = partial(_mint, issuer, request, token_request)
    return mint if _may_generate_key(issuer, token_request) else mint()


def read_token_request(request: Request) -> TokenRequest:
    """Read a token request from the query string, the body and the Basic credentials.

    A field of the body overrides one of the query string.

    Raises:
        HttpError: the body has an unsupported media type.
        TokenRequestError: a part cannot be decoded, or a field is unknown, repeated or mistyped.
    """
    parameters = {**_decode_pairs(request.query, "query string"), **_decode_body(request)}
    client_id = _decode_basic_client_id(request.get_field(b"authorization"))
    if client_id is not None and parameters.setdefault("client_id", client_id) != client_id:
        message = "client_id and the Authorization header contradict each other: send one of them"
        raise TokenRequestError(message, "client_id", "Authorization")
    is_json = bool(request.body) and _read_media_type(request) == JSON_TYPE
    return convert_parameters(parameters, is_form=not is_json)


def _may_generate_key(issuer: Issuer, token_request: TokenRequest) -> bool:
    """Tell whether the token may need a new key. To generate one takes too long for an event loop.

    Some defects need the attacker's key or a weak key, which are generated on first use.
    """
    if token_request.defect is not UNSET:
        return True
    algorithm = Algorithm.RS256 if token_request.alg is UNSET else token_request.alg
    is_missing = algorithm in ALGORITHMS and algorithm not in issuer.keys.view.signers
    return token_request.kid is UNSET and is_missing


def _mint(issuer: Issuer, request: Request, token_request: TokenRequest) -> RawResponse:
    response = issuer.issue(token_request, base_url=request.base_url, now=request.time)
    media_type = choose_media_type(request.join_field(b"accept"), _OFFERS)
    if media_type not in BARE_TYPES:
        return RawResponse.build(msgspec.json.encode(response), media_type, _FIELDS)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return RawResponse.build(response.access_token.encode(), media_type + charset, _FIELDS)


def _decode_body(request: Request) -> dict[str, Any]:
    body = request.body
    if not body:
        return {}
    reject_encoded_body(request.join_field(b"content-encoding"))
    media_type = _read_media_type(request)
    if media_type == JSON_TYPE:
        return decode_json_object(body, "JSON body")
    if media_type != FORM_TYPE:
        message = f"Content-Type: expected {JSON_TYPE} or {FORM_TYPE}"
        raise HttpError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
    if body.lstrip().startswith(b"{"):  # curl -d sends JSON as a form by default
        message = (
            f"Content-Type: the body looks like JSON; send the header Content-Type: {JSON_TYPE}"
        )
        raise TokenRequestError(message, "Content-Type")
    return _decode_pairs(body, "form body")


def _read_media_type(request: Request) -> str:
    return request.get_field(b"content-type").partition(";")[0].strip().lower()


def _decode_pairs(data: bytes, source: str) -> dict[str, Any]:
    if not data:
        return {}
    try:
        pairs = parse_qsl(
            data.decode("utf-8"),
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
            keep_blank_values=True,
        )
    except ValueError as error:
        message = f"{source}: expected at most {_MAX_PARAMETERS} URL-encoded parameters in UTF-8"
        raise TokenRequestError(message, source) from error
    return combine_pairs(pairs)


def _decode_basic_client_id(authorization: str) -> str | None:
    """Return the client id of Basic credentials; None if the scheme is not Basic."""
    scheme, _, credentials = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
        client_id, colon, _ = text.partition(":")
        client_id = unquote_plus(client_id, errors="strict")
    except (binascii.Error, ValueError):
        colon = client_id = ""
    if not colon or not client_id:
        message = "Authorization: expected Basic base64(client_id:client_secret), both URL-encoded"
        raise TokenRequestError(message, "Authorization")
    return client_id
