# DEV-ONLY: never ship to production.
"""The paths that more than one package names. No web framework is needed."""

from typing import Final

TOKEN_PATH: Final = "/token"  # noqa: S105  # a path, not a secret
ADMIN_PREFIX: Final = "/admin"

JWKS_PATHS: Final = ("/.well-known/jwks.json", "/certs", "/oauth2/v3/certs")
"""The JWKS, its legacy alias, and its path at Google."""
CERTIFICATES_PATH: Final = "/oauth2/v1/certs"
"""The same keys as X.509 certificates, as Google's own libraries fetch them."""
KEY_PATHS: Final = (*JWKS_PATHS, CERTIFICATES_PATH)

ATTACKER_PREFIX: Final = "/attacker"
ATTACKER_JWKS_PATH: Final = f"{ATTACKER_PREFIX}/jwks.json"
"""Where the `jku` of a defect points to, and a redirect to another host."""
ATTACKER_CERTIFICATES_PATH: Final = f"{ATTACKER_PREFIX}/certs.pem"
"""Where the `x5u` of a defect points to."""
