# DEV-ONLY: never ship to production.
"""Where public keys are served, the good ones and the attacker's. No web framework is needed."""

JWKS_PATHS = ("/.well-known/jwks.json", "/certs", "/oauth2/v3/certs")
"""The JWKS, its legacy alias, and its path at Google."""
CERTIFICATES_PATH = "/oauth2/v1/certs"
"""The same keys as X.509 certificates, as Google's own libraries fetch them."""
KEY_PATHS = (*JWKS_PATHS, CERTIFICATES_PATH)

ATTACKER_PREFIX = "/attacker"
ATTACKER_JWKS_PATH = f"{ATTACKER_PREFIX}/jwks.json"
"""Where the `jku` of a defect points to, and a redirect to another host."""
ATTACKER_CERTIFICATES_PATH = f"{ATTACKER_PREFIX}/certs.pem"
"""Where the `x5u` of a defect points to."""
