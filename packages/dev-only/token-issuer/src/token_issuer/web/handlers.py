# DEV-ONLY: never ship to production.
"""The handlers of `POST /token` and the key documents, by method and path.

The fast path calls them from this table, and the Litestar routes of the same paths are generated
from it: here, and nowhere else, the two paths meet.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from token_issuer.paths import CERTIFICATES_PATH, JWKS_PATHS, TOKEN_PATH
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.key_documents import get_certificates, get_jwks
from token_issuer.web.request import Request
from token_issuer.web.response import DeferredResponse, RawResponse
from token_issuer.web.token_endpoint import mint_token

MAX_BODY_BYTES: Final = 64 * 1024
"""The largest body that these paths accept."""

Handler = Callable[[Issuer, Request], RawResponse | DeferredResponse]
Method = Literal["GET", "POST"]

HANDLERS: Final[Mapping[tuple[Method, str], Handler]] = {
    ("POST", TOKEN_PATH): mint_token,
    **{("GET", path): get_jwks for path in JWKS_PATHS},
    ("GET", CERTIFICATES_PATH): get_certificates,
}
