"""The dev marks: all names and bytes by which the dev-only token issuer is recognized.

No other module of production code names the simulator. The guard searches for these marks, and the
issuer imports them to apply them to its keys, documents and responses.

The functions decide which text counts as a name. The guard, the policies and the scan of artefacts
share this decision.
"""

from __future__ import annotations

from binascii import a2b_base64  # importing base64 or typing would load ten more modules at boot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
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

_NUMBERING: Final = "-0123456789"


def names_service(text: str) -> bool:
    """Return whether *text* contains the service name, whatever container tools add to it.

    A letter directly before or after the name makes it another word.

    Args:
        text: Normalized text in lower case, with `-` in place of `_`.
    """
    return any(
        not before[-1:].isalpha() and not after[:1].isalpha()
        for before, after in _surroundings(text, SERVICE_NAME)
    )


def names_issuer_host(text: str) -> bool:
    """Return whether *text* contains the issuer's host as a whole name or as its last two labels.

    Args:
        text: Normalized text in lower case.
    """
    return any(
        not _is_label_char(before[-1:]) and not _is_label_char(after.lstrip(".")[:1])
        for before, after in _surroundings(text, ISSUER_HOST)
    )


def is_bare_word(text: str) -> bool:
    """Return whether *text* consists of ASCII letters, digits, `-` and `_` only.

    As an `iss` value such a word is compared and leads to no host, so it counts only if it is the
    service name itself: Harbor's issuer, for example, has that name behind its own.
    """
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def is_service_name(word: str) -> bool:
    """Return whether a bare word is the service name, perhaps with the number of a replica.

    Args:
        word: A bare word in lower case, with `-` in place of `_`.
    """
    return word.strip(_NUMBERING) == SERVICE_NAME


def _surroundings(text: str, name: str) -> Iterator[tuple[str, str]]:
    position = text.find(name)
    while position >= 0:
        yield text[:position], text[position + len(name) :]
        position = text.find(name, position + 1)


def _is_label_char(char: str) -> bool:
    return char.isalnum() or char == "-"
