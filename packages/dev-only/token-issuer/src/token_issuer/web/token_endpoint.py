# DEV-ONLY: never ship to production.
"""Handler of `POST /token`: reads the parameters of a request, returns a token as JSON or as text.

Spec: RFC 6749 §2.3.1, §3.2 and §5
"""

from enum import Enum, auto
from functools import partial
from typing import Any, Final

import msgspec
from msgspec import UNSET

from token_issuer.config.choices import ALGORITHMS
from token_issuer.errors import TokenRequestError
from token_issuer.grant_types import JWT_BEARER, LOGIN_GRANT_TYPES
from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.messages import TokenRequest
from token_issuer.tokens.request_parsing import (
    combine_pairs,
    convert_parameters,
    decode_json_object,
)
from token_issuer.web.errors import reject_encoded_body
from token_issuer.web.negotiation import choose_media_type
from token_issuer.web.parameters import decode_pairs, read_basic, read_form, read_media_type
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


class Flow(Enum):
    """A flow whose token requests other handlers answer.

    Attributes:
        LOGIN: The tokens of a login, for which `web.logins` has the response.
        MACHINE: The tokens of a service account, for which `web.google` has it.
    """

    LOGIN = auto()
    MACHINE = auto()


_FLOWS: Final = {**dict.fromkeys(LOGIN_GRANT_TYPES, Flow.LOGIN), JWT_BEARER: Flow.MACHINE}


def mint_token(issuer: Issuer, request: Request) -> RawResponse | DeferredResponse | Flow:
    """Mint the requested token, or defer the response if a key may have to be generated.

    Returns:
        The response, or the flow to which the request belongs.

    Raises:
        HttpError: the body has an unsupported media type.
        TokenRequestError: the request is invalid, contradicts itself or cannot be met.
        KeyDirectoryError: the key of a new algorithm cannot be stored.
    """
    body = _decode_body(request)
    grant_type = body.get("grant_type")
    if isinstance(grant_type, str) and grant_type in _FLOWS and issuer.settings.is_alone:
        return _FLOWS[grant_type]
    token_request = _build_token_request(request, body)
    mint = partial(_mint, issuer, request, token_request)
    return mint if _may_generate_key(issuer, token_request) else mint()


def read_token_request(request: Request) -> TokenRequest:
    """Read a token request from the query string, the body and the Basic credentials.

    A field of the body overrides one of the query string.

    Raises:
        HttpError: the body has an unsupported media type.
        TokenRequestError: a part cannot be decoded, or a field is unknown, repeated or mistyped.
    """
    return _build_token_request(request, _decode_body(request))


def _build_token_request(request: Request, body: dict[str, Any]) -> TokenRequest:
    parameters = {**combine_pairs(decode_pairs(request.query, "query string")), **body}
    client_id, _ = read_basic(request) or (None, "")
    if client_id is not None and parameters.setdefault("client_id", client_id) != client_id:
        message = "client_id and the Authorization header contradict each other: send one of them"
        raise TokenRequestError(message, "client_id", "Authorization")
    is_json = bool(request.body) and read_media_type(request) == JSON_TYPE
    return convert_parameters(parameters, is_form=not is_json)


def _may_generate_key(issuer: Issuer, token_request: TokenRequest) -> bool:
    """Tell whether the token may need a new key. To generate one takes too long for an event loop.

    Some defects need the attacker's key or a weak key, which are generated on first use.
    """
    if token_request.defect is not UNSET:
        return True
    algorithm = token_request.alg
    if algorithm is UNSET:
        algorithm = issuer.find_profile(token_request.profile).alg
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
    if not request.body:
        return {}
    if read_media_type(request) != JSON_TYPE:
        return combine_pairs(read_form(request, also_accepted=JSON_TYPE))
    reject_encoded_body(request.join_field(b"content-encoding"))
    return decode_json_object(request.body, "JSON body")
