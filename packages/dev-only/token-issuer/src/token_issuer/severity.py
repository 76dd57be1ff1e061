# DEV-ONLY: never ship to production.
"""Severities of findings."""

from enum import IntEnum
from typing import Final


class Severity(IntEnum):
    """Severity of a weakness of a verifier; a higher value is worse."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """Name in reports and options, such as `critical`."""
        return self.name.lower()

    @property
    def meaning(self) -> str:
        """What a weakness of this severity allows, in a few words."""
        return _MEANINGS[self]


_MEANINGS: Final = {
    Severity.LOW: "violates a specification; no known attack",
    Severity.MEDIUM: "lacks a defence that would stop an attack after another mistake",
    Severity.HIGH: "accepts tokens it must reject, or stops serving after a single request",
    Severity.CRITICAL: "accepts tokens that anyone can forge",
}
