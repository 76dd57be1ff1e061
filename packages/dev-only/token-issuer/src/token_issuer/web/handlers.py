# DEV-ONLY: never ship to production.
"""The handlers of `POST /token` and the key documents, by method and path.

Both the fast path and the Litestar routes of these paths are built from this table.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal

from token_issuer.key_documents import KEY_DOCUMENTS
from token_issuer.paths import TOKEN_PATHS
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.key_documents import get_keys
from token_issuer.web.request import Request
from token_issuer.web.response import DeferredResponse, RawResponse
from token_issuer.web.token_endpoint import Flow, mint_token

MAX_BODY_BYTES: Final = 64 * 1024
"""The largest body that `POST /token` accepts."""

Handler = Callable[[Issuer, Request], RawResponse | DeferredResponse | Flow]
"""Returns the response to a request, defers it, or names the flow that has the response.

A handler that defers a response must not have had any effect: the fast path discards the deferred
response, and the full path calls the handler again.
"""
Method = Literal["GET", "POST"]

HANDLERS: Final[Mapping[tuple[Method, str], Handler]] = {
    **{("POST", path): mint_token for path in TOKEN_PATHS},
    **{
        ("GET", document.path): partial(get_keys, document)
        for document in KEY_DOCUMENTS
        if not document.is_of_account
    },
}
