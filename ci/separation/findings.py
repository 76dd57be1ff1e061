"""What a scan reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One piece of the simulator, or one place that could not be looked into.

    Attributes:
        path: Where: the file, and after each `!` the member of the archive before it.
        check: The id of the check that found it.
        what: What is there; never key material.
    """

    path: str
    check: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what} [{self.check}]"
