# DEV-ONLY: never ship to production.
"""The paths of endpoints that more than one package names. It imports no web framework."""

import re
from typing import Final

_SLASHES: Final = re.compile("/{2,}")

TOKEN_PATH: Final = "/token"  # noqa: S105  # a path, not a secret
TOKEN_INFO_PATH: Final = "/tokeninfo"  # noqa: S105  # a path, not a secret
DEFECTS_PATH: Final = "/defects"
HEALTH_PATH: Final = "/health"
OPENAPI_PATH: Final = "/openapi.json"

OPENID_DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
OAUTH_DISCOVERY_PATH: Final = "/.well-known/oauth-authorization-server"
DISCOVERY_PATHS: Final = (OPENID_DISCOVERY_PATH, OAUTH_DISCOVERY_PATH)
"""The discovery document, at its path in OpenID Connect and in OAuth (RFC 8414 §3)."""

ADMIN_PREFIX: Final = "/admin"
ADMIN_KEYS_PATH: Final = f"{ADMIN_PREFIX}/keys"
"""Lists the keys; the path of one key is below it."""
ADMIN_ROTATE_PATH: Final = f"{ADMIN_KEYS_PATH}/rotate"
ADMIN_CLOCK_PATH: Final = f"{ADMIN_PREFIX}/clock"
ADMIN_FAULTS_PATH: Final = f"{ADMIN_PREFIX}/faults"
ADMIN_REQUESTS_PATH: Final = f"{ADMIN_PREFIX}/requests"

JWKS_PATHS: Final = ("/.well-known/jwks.json", "/certs", "/oauth2/v3/certs")
"""The JWKS, its legacy alias, and its path at Google."""
CERTIFICATES_PATH: Final = "/oauth2/v1/certs"
"""The same keys as X.509 certificates, which Google's own libraries fetch."""
KEY_PATHS: Final = (*JWKS_PATHS, CERTIFICATES_PATH)

ATTACKER_PREFIX: Final = "/attacker"
ATTACKER_JWKS_PATH: Final = f"{ATTACKER_PREFIX}/jwks.json"
"""Where the `jku` of a defect points to, and a redirect to another host."""
ATTACKER_CERTIFICATES_PATH: Final = f"{ATTACKER_PREFIX}/certs.pem"
"""Where the `x5u` of a defect points to."""

TOP_LEVEL_NAMES: Final = frozenset(
    path.split("/")[1]
    for path in (
        TOKEN_PATH,
        TOKEN_INFO_PATH,
        DEFECTS_PATH,
        HEALTH_PATH,
        OPENAPI_PATH,
        ADMIN_PREFIX,
        ATTACKER_PREFIX,
        *DISCOVERY_PATHS,
        *KEY_PATHS,
    )
)
"""The first segments of all paths; an issuer cannot have one of them as its name."""


def normalize_path(path: str) -> str:
    """Return *path* without repeated slashes, and without one at its end."""
    if "//" not in path and not path.endswith("/"):
        return path
    return _SLASHES.sub("/", path).rstrip("/") or "/"
