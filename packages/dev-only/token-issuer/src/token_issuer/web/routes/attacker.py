# DEV-ONLY: never ship to production.
"""What an attacker publishes: where the `jku` and `x5u` of some defects point to.

The request log shows each request for it: the verifier followed.
"""

from typing import Any, Final

from litestar import Response, get

from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import ATTACKER_CERTIFICATES_PATH, ATTACKER_JWKS_PATH
from token_issuer.web.routes.declarations import NO_STORE, IssuerDependency, describe_problems

_PEM_TYPE: Final = "application/pem-certificate-chain"  # RFC 8555 §9.1
_TAGS: Final = ("defects",)


# In threads, since the attacker's key is generated on first use.
@get(
    ATTACKER_JWKS_PATH,
    summary="The attacker's keys, where a jku points to",
    response_headers=NO_STORE,
    responses=describe_problems(),
    sync_to_thread=True,
    tags=_TAGS,
)
def get_attacker_jwks(issuer: IssuerDependency) -> Response[dict[str, Any]]:
    """Serve the attacker's key under the names of the issuer's keys."""
    body: Any = issuer.attacker.encode_jwks(issuer.keys.view.keys)
    return Response(body, media_type=JSON_TYPE)


@get(
    ATTACKER_CERTIFICATES_PATH,
    summary="The attacker's certificate, where an x5u points to",
    media_type=_PEM_TYPE,
    response_headers=NO_STORE,
    responses=describe_problems(),
    sync_to_thread=True,
    tags=_TAGS,
)
def get_attacker_certificate(issuer: IssuerDependency) -> str:
    """Serve the attacker's certificate."""
    return issuer.attacker.encode_certificate()
