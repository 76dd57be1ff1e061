"""The dev marks: all names and bytes by which the dev-only token issuer is recognized.

No other module of production code names the simulator. The guard searches for these marks, and the
issuer imports them to apply them to its keys, documents and responses.
"""

from __future__ import annotations

from binascii import a2b_base64  # importing base64 or typing would load ten more modules at boot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SERVICE_NAME: Final = "token-issuer"
"""Distribution, image, compose service and host name of the simulator."""

IMAGE_LABEL: Final = "dev-only"
"""Label of the simulator's image; its value is `true`."""

DEFAULT_PORT: Final = 8081
"""Default TCP port of the simulator."""

ISSUER_HOST: Final = "issuer.local"
"""Host name in the default `iss` claim. Names in `.local` are reserved for mDNS (RFC 6762)."""

DEFAULT_ISSUER: Final = f"https://{ISSUER_HOST}"
"""Default `iss` claim of the simulator's tokens."""

DEFAULT_KID: Final = "dev-key"
"""Key id of the simulator's first key; later ones are `dev-key-2`, `dev-key-3`, and so on."""

HEADER_NAME: Final = "X-Dev-Only"
"""Header of every response of the simulator."""

HEADER_VALUE: Final = SERVICE_NAME
"""Value of the header `HEADER_NAME`."""

JWKS_MEMBER: Final = "dev_only"
"""Extra member of the simulator's JWKS, always `true`; verifiers ignore it (RFC 7517 §5)."""

CERTIFICATE_COMMON_NAME: Final = f"DEV ONLY {SERVICE_NAME}"
"""Subject common name of the simulator's X.509 certificates."""

BANNER: Final = "# DEV-ONLY"
"""First characters of each source file of the simulator."""

WATERMARK_TEXT: Final = "zDEVzONLYzTOKENzISSUERzNOTzPRODz"
"""The watermark in base64url: the first 32 characters of `n` in a JWK."""

WATERMARK: Final = a2b_base64(WATERMARK_TEXT)
"""The first 24 bytes of the modulus of each RSA key of the simulator.

An RSA modulus may have a chosen leading part and keep its strength (A. Lenstra, "Generating RSA
Moduli with a Predetermined Portion", Asiacrypt 1998). DER contains the bytes unchanged.
"""
