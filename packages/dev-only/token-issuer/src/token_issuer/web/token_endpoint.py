# DEV-ONLY: never ship to production.
"""`POST /token`.

Spec: RFC 6749 §3.2 and §5
"""

from typing import TYPE_CHECKING, Final

import msgspec

from token_issuer.media_types import JSON_TYPE
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import read_token_request
from token_issuer.web.negotiation import choose_media_type
from token_issuer.web.request_headers import find_host_url, read_field, read_list
from token_issuer.web.responses import RawResponse, encode_fields

if TYPE_CHECKING:
    from litestar.types import HTTPScope

TOKEN_PATH: Final = "/token"  # noqa: S105  # a path, not a secret
MAX_BODY_BYTES: Final = 64 * 1024
BARE_TYPES: Final = ("application/jwt", "text/plain")
_OFFERS: Final = (JSON_TYPE, *BARE_TYPES)
_FIELDS: Final = encode_fields({
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Vary": "Accept",
})


def answer_token_request(issuer: Issuer, scope: "HTTPScope", body: bytes) -> RawResponse:
    """Mint the token that a request asks for: as RFC 6749 JSON, or bare for shells.

    Raises:
        TokenRequestError: the request is unreadable, contradicts itself or cannot be met.
        KeyDirectoryError: a key of a new algorithm is asked for, and it cannot be kept.
    """
    token_request = read_token_request(
        query=scope["query_string"],
        content_type=read_field(scope, b"content-type"),
        body=body,
        authorization=read_field(scope, b"authorization"),
    )
    response = issuer.issue(token_request, base_url=find_host_url(scope))
    media_type = choose_media_type(read_list(scope, b"accept"), _OFFERS)
    if media_type not in BARE_TYPES:
        return RawResponse.build(msgspec.json.encode(response), media_type, _FIELDS)
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return RawResponse.build(response.access_token.encode(), media_type + charset, _FIELDS)
