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

AUTHORITY_COMMON_NAME: Final = f"{CERTIFICATE_COMMON_NAME} CA"
"""Common name of the simulator's certificate authority, which signs its TLS certificates."""

NAMES_IN_DER: Final = tuple(
    chr(len(name)) + name for name in (CERTIFICATE_COMMON_NAME, AUTHORITY_COMMON_NAME)
)
"""Both common names as certificates contain them: behind their length (X.690 §8.1), which is a
control character. Prose that only mentions a name does not match."""

BANNER: Final = "# DEV-ONLY"
"""First characters of each source file of the simulator."""

WATERMARK_TEXT: Final = "zDEVzONLYzTOKENzISSUERzNOTzPRODz"
"""The watermark in base64url: the first 32 characters of `n` in a JWK."""

WATERMARK: Final = a2b_base64(WATERMARK_TEXT)
"""The first 24 bytes of the modulus of each RSA key of the simulator.

An RSA modulus may have a chosen leading part and keep its strength (A. Lenstra, "Generating RSA
Moduli with a Predetermined Portion", Asiacrypt 1998). DER contains the bytes unchanged.
"""

SESSION_COOKIE: Final = f"{IMAGE_LABEL}-session"
"""Cookie of the simulator's login page."""

PAGE_MARK: Final = f'<meta name="{IMAGE_LABEL}" content="{SERVICE_NAME}">'
"""Element of each page of the simulator's login."""

PAGE_PATTERN: Final = rf"""<meta\b[^>]{{0,200}}?\bname\s*=[\s"'\\]*{IMAGE_LABEL}[\s"'\\/>]"""
"""Regular expression for that element in lower case, also within a string and after a minifier."""

CODE_MARK: Final = "dev-only-code."
REFRESH_TOKEN_MARK: Final = "dev-only-refresh."  # noqa: S105  # a prefix, not a secret
ACCESS_TOKEN_MARK: Final = "ya29.dev-only."  # noqa: S105  # a prefix, not a secret
TOKEN_ID_MARK: Final = "dev-only-jti."  # noqa: S105  # a prefix, not a secret
DEVICE_CODE_MARK: Final = "dev-only-device."
SESSION_MARK: Final = f"{SESSION_COOKIE}."
LOGIN_PAGE_MARK: Final = "dev-only-login."
DEVICE_PAGE_MARK: Final = "dev-only-device-page."

CREDENTIALS: Final = {
    CODE_MARK: "an authorization code",
    REFRESH_TOKEN_MARK: "a refresh token",
    ACCESS_TOKEN_MARK: "an access token",
    TOKEN_ID_MARK: "the ID of an access token",
    DEVICE_CODE_MARK: "a device code",
    SESSION_MARK: "a session cookie",
    LOGIN_PAGE_MARK: "a login in progress",
    DEVICE_PAGE_MARK: "a login in progress",
}
"""First characters of each value that a login of the simulator hands out, and what the value is."""

COMMON_MARK: Final = "dev-only"
"""Text in each key of `CREDENTIALS`, in `PAGE_MARK` and, in lower case, in `BANNER`."""

MIN_SEALED_CHARS: Final = 38
"""Minimum number of base64url characters behind a mark of `CREDENTIALS`: the nonce and the tag of
AES-GCM have 28 bytes. Prose and patterns that contain only the mark have fewer."""

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


def find_credential(text: str) -> str | None:
    """Return what *text* contains of the simulator's codes, tokens and cookies; None if nothing."""
    if COMMON_MARK not in text:
        return None
    for mark, kind in CREDENTIALS.items():
        start = text.find(mark)
        while start >= 0:
            start += len(mark)
            sealed = text[start : start + MIN_SEALED_CHARS]
            if len(sealed) == MIN_SEALED_CHARS and is_bare_word(sealed):
                return kind
            start = text.find(mark, start)
    return None


def contains_certificate(text: str) -> bool:
    """Return whether *text* contains a certificate of the simulator in DER, one byte a character.

    The subject of its authority is the issuer of each certificate that the authority signs.
    """
    return CERTIFICATE_COMMON_NAME in text and any(name in text for name in NAMES_IN_DER)


def _surroundings(text: str, name: str) -> Iterator[tuple[str, str]]:
    position = text.find(name)
    while position >= 0:
        yield text[:position], text[position + len(name) :]
        position = text.find(name, position + 1)


def _is_label_char(char: str) -> bool:
    return char.isalnum() or char == "-"
