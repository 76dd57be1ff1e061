# DEV-ONLY: never ship to production.
"""`/health`: the health of the issuer."""

from litestar import get
from msgspec import Struct

from token_issuer.paths import HEALTH_PATH
from token_issuer.web.routes.declarations import NO_STORE, IssuerDependency, describe_problems


class Health(Struct, frozen=True, kw_only=True):
    """The state of the issuer."""

    status: str
    kid: str


@get(
    HEALTH_PATH,
    summary="Check that the issuer is healthy",
    response_headers=NO_STORE,
    responses=describe_problems(),
    tags=["discovery"],
)
async def get_health(issuer: IssuerDependency) -> Health:
    """Return the status, and the `kid` of the key that signs."""
    return Health(status="ok", kid=issuer.keys.view.default_kid)
