# DEV-ONLY: never ship to production.
"""Where the public keys are served. No web framework is imported for it."""

JWKS_PATHS = ("/.well-known/jwks.json", "/certs", "/oauth2/v3/certs")
"""The JWKS, its legacy alias, and its path at Google."""
CERTIFICATES_PATH = "/oauth2/v1/certs"
"""The same keys as X.509 certificates, as Google's own libraries fetch them."""
KEY_PATHS = (*JWKS_PATHS, CERTIFICATES_PATH)
