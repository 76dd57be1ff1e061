# DEV-ONLY: never ship to production.
"""How serious a finding is."""

from enum import IntEnum
from typing import Final


class Severity(IntEnum):
    """What follows where a verifier gets something wrong; the higher, the worse."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """Its name for people and programs, such as `critical`."""
        return self.name.lower()

    @property
    def meaning(self) -> str:
        """What follows, in a few words."""
        return _MEANINGS[self]


_MEANINGS: Final = {
    Severity.LOW: "against a specification, without a way known to use it",
    Severity.MEDIUM: "a defence is missing that other errors would meet",
    Severity.HIGH: "tokens count that must not count here, or one request brings the service down",
    Severity.CRITICAL: "anybody can make tokens that count",
}
