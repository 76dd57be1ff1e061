# DEV-ONLY: never ship to production.
"""What is asked most, answered without the framework, and finished as all answers are."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from token_issuer.paths import CERTIFICATES_PATH, JWKS_PATHS
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.common_headers import build_marks, record_request
from token_issuer.web.key_documents import answer_key_request
from token_issuer.web.responses import RawResponse
from token_issuer.web.token_endpoint import TOKEN_PATH, answer_token_request

if TYPE_CHECKING:
    from litestar.types import HTTPScope

PlainHandler = Callable[["HTTPScope", bytes], RawResponse | None]
"""Takes scope and body; returns None, or raises, where the application has to answer."""


def build_handlers(issuer: Issuer) -> Mapping[tuple[bytes, bytes], PlainHandler]:
    """Return the handlers by method and path."""

    def mint_token(scope: "HTTPScope", body: bytes) -> RawResponse:
        return _finish(issuer, scope, answer_token_request(issuer, scope, body))

    def get_keys(scope: "HTTPScope", _body: bytes) -> RawResponse | None:
        if not issuer.faults.is_empty:
            return None
        view = issuer.keys.view
        document = view.certificates if scope["path"] == CERTIFICATES_PATH else view.jwks
        return _finish(issuer, scope, answer_key_request(issuer, scope, document))

    key_paths = (*JWKS_PATHS, CERTIFICATES_PATH)
    return {
        (b"POST", TOKEN_PATH.encode()): mint_token,
        **{(b"GET", path.encode()): get_keys for path in key_paths},
    }


def _finish(issuer: Issuer, scope: "HTTPScope", answer: RawResponse) -> RawResponse:
    record_request(issuer, scope, answer.status)
    return RawResponse(answer.status, (*answer.fields, *build_marks(issuer, scope)), answer.body)
