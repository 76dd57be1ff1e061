"""Findings of the scan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A trace of the simulator, or an archive that could not be checked.

    Attributes:
        path: The path of the file; `!` separates an archive from its member.
        check: The ID of the check.
        what: A description without key material.
    """

    path: str
    check: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what} [{self.check}]"
