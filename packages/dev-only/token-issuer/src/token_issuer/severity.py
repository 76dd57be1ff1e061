# DEV-ONLY: never ship to production.
"""How serious a finding is."""

from enum import IntEnum
from typing import Final


class Severity(IntEnum):
    """How serious a mistake of a verifier is; higher is worse."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """Its name in reports and options, such as `critical`."""
        return self.name.lower()

    @property
    def meaning(self) -> str:
        """What a mistake of this severity allows, in a few words."""
        return _MEANINGS[self]


_MEANINGS: Final = {
    Severity.LOW: "violates a specification; no known attack",
    Severity.MEDIUM: "lacks a defence that would stop an attack after another mistake",
    Severity.HIGH: "accepts tokens it must reject, or stops serving after a single request",
    Severity.CRITICAL: "accepts tokens that anyone can forge",
}
