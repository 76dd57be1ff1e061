# DEV-ONLY: never ship to production.
"""Where public keys are served, the good ones and the attacker's. No web framework is needed."""

from typing import Final

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
