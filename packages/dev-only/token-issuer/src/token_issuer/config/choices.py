# DEV-ONLY: never ship to production.
"""The words that settings, options and requests choose from.

Every command imports them at its start, so this module imports nothing beyond the standard library:
not `jwt_core.Algorithm` either, which a test compares with the list here.
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
    """A choice that prints as its word, in error messages and inside other values."""

    def __repr__(self) -> str:
        return repr(self.value)


class KidStyle(_Word):
    """The styles of key names.

    Attributes:
        DEV_KEY: `dev-key`, `dev-key-2`, …: for people.
        THUMBPRINT: The RFC 7638 thumbprint.
        HEX: 40 hexadecimal digits, as Google's.
    """

    DEV_KEY = "dev-key"
    THUMBPRINT = "thumbprint"
    HEX = "hex"


class RotationMode(_Word):
    """How a new key takes over.

    Attributes:
        GRACEFUL: Published first, then active; the old key stays published for its tokens.
        EMERGENCY: Active at once, and all others are removed at once: the key was stolen.
        SIGN_BEFORE_PUBLISH: Active before it is published: the fault that causes outages.
    """

    GRACEFUL = "graceful"
    EMERGENCY = "emergency"
    SIGN_BEFORE_PUBLISH = "sign-before-publish"
