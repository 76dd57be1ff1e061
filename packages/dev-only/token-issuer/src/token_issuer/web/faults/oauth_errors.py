# DEV-ONLY: never ship to production.
"""The fault `oauth-error`: the planned error of a request."""

from token_issuer.faults.kinds import FaultKind
from token_issuer.oauth.errors import OAuthError
from token_issuer.paths import ADMIN_FAULTS_PATH
from token_issuer.web.request import Request


def find_planned_error(request: Request) -> OAuthError | None:
    """Return the error with which *request* is planned to fail; None if it is not."""
    fault = None if request.faults is None else request.faults.find(FaultKind.OAUTH_ERROR)
    if fault is None:
        return None
    default = f"a fault is set for {request.path}; GET {ADMIN_FAULTS_PATH} lists it"
    description = default if fault.description is None else fault.description
    return OAuthError(str(fault.error), description, status=fault.status)
