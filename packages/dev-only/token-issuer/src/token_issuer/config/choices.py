# DEV-ONLY: never ship to production.
"""The choices of settings, options and requests: algorithms, log levels, rotations, kid styles.

Every command imports this module, so it imports the standard library only. A test checks that
`jwt_core.Algorithm` has each of `ALGORITHMS`.
"""

from enum import StrEnum
from typing import Final, Literal

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""The algorithms that tokens can be signed with."""

LogLevel = Literal["debug", "info", "warning", "error"]
LOG_LEVELS: Final[tuple[LogLevel, ...]] = ("debug", "info", "warning", "error")

Rotation = Literal["off", "google"]
ROTATIONS: Final[tuple[Rotation, ...]] = ("off", "google")


class _Word(StrEnum):
    """A choice whose `repr` is that of its text, for error messages and nested values."""

    def __repr__(self) -> str:
        return repr(self.value)


class KidStyle(_Word):
    """How the `kid` of a new key is formed.

    Attributes:
        DEV_KEY: `dev-key`, `dev-key-2`, …: easy to read.
        THUMBPRINT: The RFC 7638 thumbprint.
        HEX: 40 hexadecimal digits, like Google's.
    """

    DEV_KEY = "dev-key"
    THUMBPRINT = "thumbprint"
    HEX = "hex"


class RotationMode(_Word):
    """How a new key replaces the signing key.

    Attributes:
        GRACEFUL: The new key is published before it signs; the old key stays published while its
            tokens are valid.
        EMERGENCY: The new key signs at once and all others are removed, as after a theft.
        SIGN_BEFORE_PUBLISH: The new key signs before it is published, which causes outages.
    """

    GRACEFUL = "graceful"
    EMERGENCY = "emergency"
    SIGN_BEFORE_PUBLISH = "sign-before-publish"
