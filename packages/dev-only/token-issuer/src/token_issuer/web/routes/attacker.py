# DEV-ONLY: never ship to production.
"""`/attacker`: the attacker's keys and certificate, to which `jku` and `x5u` of some defects point.

A request for them in the request log shows that a verifier followed the URL of a token.
"""

from typing import Any, Final

from litestar import Response, get

from token_issuer.media_types import JSON_TYPE
from token_issuer.paths import ATTACKER_CERTIFICATES_PATH, ATTACKER_JWKS_PATH
from token_issuer.web.routes.declarations import NO_STORE, IssuerDependency, describe_problems

_PEM_TYPE: Final = "application/pem-certificate-chain"  # RFC 8555 §9.1
_TAGS: Final = ("defects",)


# In threads, since the attacker's key is generated on first use, which takes too long for an event
# loop.
@get(
    ATTACKER_JWKS_PATH,
    summary="Get the attacker's keys, to which a jku points",
    response_headers=NO_STORE,
    responses=describe_problems(),
    sync_to_thread=True,
    tags=_TAGS,
)
def get_attacker_jwks(issuer: IssuerDependency) -> Response[dict[str, Any]]:
    """Serve the attacker's key, once for each `kid` of the issuer's keys."""
    body: Any = issuer.attacker.encode_jwks(issuer.keys.view.keys)
    return Response(body, media_type=JSON_TYPE)


@get(
    ATTACKER_CERTIFICATES_PATH,
    summary="Get the attacker's certificate, to which an x5u points",
    media_type=_PEM_TYPE,
    response_headers=NO_STORE,
    responses=describe_problems(),
    sync_to_thread=True,
    tags=_TAGS,
)
def get_attacker_certificate(issuer: IssuerDependency) -> str:
    """Serve the attacker's certificate."""
    return issuer.attacker.encode_certificate()
