# DEV-ONLY: never ship to production.
"""The handlers of `POST /token` and the key documents, by method and path.

Both the fast path and the Litestar routes of these paths are built from this table.
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
"""The largest body that `POST /token` accepts."""

Handler = Callable[[Issuer, Request], RawResponse | DeferredResponse | None]
"""Returns the response to a request, defers it, or returns None: `web.logins` has the response.

A handler that defers a response must not have had any effect: the fast path discards the deferred
response, and the full path calls the handler again.
"""
Method = Literal["GET", "POST"]

HANDLERS: Final[Mapping[tuple[Method, str], Handler]] = {
    ("POST", TOKEN_PATH): mint_token,
    **{("GET", path): get_jwks for path in JWKS_PATHS},
    ("GET", CERTIFICATES_PATH): get_certificates,
}
