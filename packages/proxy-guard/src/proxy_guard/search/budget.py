"""The budget of a search, which bounds its time by counting work instead of reading a clock.

Each mechanism charges the work that it is about to do, so that no input can make the guard work
without limit. `benchmarks/guard_search.py` shows the time of the worst known inputs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

MAX_WORK: Final = 150_000
"""Limit of one search, in units of 0.5 to 1 microseconds. A set of 500 keys with certificates needs
90,000."""


class BudgetExceededError(Exception):
    """A search needs more work than its budget allows."""


class Budget:
    """The work that a search may still do.

    Args:
        limit: The limit, in units of 0.5 to 1 microseconds.
    """

    __slots__ = ("left",)

    def __init__(self, limit: int = MAX_WORK) -> None:
        self.left = limit

    def charge(self, work: int) -> None:
        """Charge *work* units.

        Raises:
            BudgetExceededError: less than *work* is left.
        """
        self.left -= work
        if self.left < 0:
            raise BudgetExceededError
