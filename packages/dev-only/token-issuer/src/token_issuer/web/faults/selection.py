# DEV-ONLY: never ship to production.
"""Selection of the faults that affect a request. It imports no handler, which would be slow."""

from collections.abc import Mapping
from typing import Final

from token_issuer.faults.registry import ActiveFaults
from token_issuer.key_documents import find_endpoint
from token_issuer.paths import (
    AUTHORIZE_PATHS,
    DISCOVERY_PATHS,
    KEY_PATHS,
    LOGIN_PATH,
    OAUTH_PATHS,
    USERINFO_PATHS,
)
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.faults.redirects import REDIRECTED_QUERY
from token_issuer.web.request import Request

METHODS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys((*KEY_PATHS, *DISCOVERY_PATHS), frozenset({"GET", "HEAD"})),
    **dict.fromkeys((*OAUTH_PATHS, LOGIN_PATH), frozenset({"POST"})),
    **dict.fromkeys(AUTHORIZE_PATHS, frozenset({"GET", "POST"})),
    **dict.fromkeys(USERINFO_PATHS, frozenset({"GET", "HEAD", "POST"})),
}
"""The methods with which faults affect a path: those that its handlers have."""


def find_faults(issuer: Issuer, request: Request) -> ActiveFaults | None:
    """Count *request*, and return the faults that affect it; None if there are none."""
    path = find_endpoint(request.path)
    if path not in issuer.faults.paths or request.method not in METHODS[path]:
        return None
    return issuer.faults.strike(path, is_redirected=request.query == REDIRECTED_QUERY)
