"""The dev marks: everything by which the dev-only token issuer can be recognised.

This module is the one place in production code that names the simulator. The guard looks for these
marks; the issuer imports them and wears them. What is not listed here is not a mark.
"""

from __future__ import annotations

from binascii import a2b_base64  # base64 and typing would load ten modules more at boot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SERVICE_NAME: Final = "token-issuer"
"""Distribution, image, compose service and host name of the simulator."""

IMAGE_LABEL: Final = "dev-only"
"""Label of the simulator's image; its value is `true`."""

DEFAULT_PORT: Final = 8081
"""TCP port on which the simulator listens unless told otherwise."""

ISSUER_HOST: Final = "issuer.local"
"""Host name in the default `iss` claim; mDNS names (`.local`) never belong to production."""

DEFAULT_ISSUER: Final = f"https://{ISSUER_HOST}"
"""Default `iss` claim of the simulator's tokens."""

DEFAULT_KID: Final = "dev-key"
"""Key id of the simulator's first key; later ones are `dev-key-2`, `dev-key-3`, and so on."""

HEADER_NAME: Final = "X-Dev-Only"
"""Response header on each key document and token answer of the simulator."""

HEADER_VALUE: Final = SERVICE_NAME
"""Value of that header."""

JWKS_MEMBER: Final = "dev_only"
"""Extra member of the simulator's JWKS, always `true`; verifiers ignore it (RFC 7517 §5)."""

CERTIFICATE_COMMON_NAME: Final = f"DEV ONLY {SERVICE_NAME}"
"""Subject common name of the simulator's X.509 certificates."""

BANNER: Final = "# DEV-ONLY"
"""First characters of each source file of the simulator."""

WATERMARK_TEXT: Final = "zDEVzONLYzTOKENzISSUERzNOTzPRODz"
"""How the watermark reads in base64url: the first 32 characters of `n` in a JWK."""

WATERMARK: Final = a2b_base64(WATERMARK_TEXT)
"""The 24 bytes with which the modulus of each RSA key of the simulator begins.

An RSA modulus may have a chosen leading part without harm to its strength (A. Lenstra, "Generating
RSA Moduli with a Predetermined Portion", Asiacrypt 1998). In DER the bytes stand verbatim.
"""
