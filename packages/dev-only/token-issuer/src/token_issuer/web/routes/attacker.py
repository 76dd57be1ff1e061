# DEV-ONLY: never ship to production.
"""What an attacker publishes: where the `jku` and `x5u` of some defects point to.

The request log shows each request for it: the verifier followed.
"""

from typing import Final

from litestar import HttpMethod, Response, route
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import ATTACKER_CERTIFICATES_PATH, ATTACKER_JWKS_PATH
from token_issuer.tokens.issuer import Issuer

PEM_TYPE: Final = "application/pem-certificate-chain"  # RFC 8555 §9.1
_HEADERS: Final = {"Cache-Control": "no-store"}  # each request is to be seen


@route(ATTACKER_JWKS_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=True)
def get_attacker_jwks(issuer: NamedDependency[SkipValidation[Issuer]]) -> Response[bytes]:
    """Serve the attacker's key under the names of the good ones."""
    body = issuer.attacker.encode_jwks(issuer.keys.view.keys)
    return Response(body, media_type=JSON_TYPE, headers=_HEADERS)


@route(
    ATTACKER_CERTIFICATES_PATH, http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=True
)
def get_attacker_certificate(issuer: NamedDependency[SkipValidation[Issuer]]) -> Response[bytes]:
    """Serve the attacker's certificate."""
    body = issuer.attacker.encode_certificate().encode()
    return Response(body, media_type=PEM_TYPE, headers=_HEADERS)
