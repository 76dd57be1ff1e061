# DEV-ONLY: never ship to production.
"""Ledger of grants: the state of each (unused, in use, revoked), in memory of a fixed size.

Each grant has a number. Its state is one integer in a ring buffer, which holds the latest grants.
When a newer grant takes the place of an old one, the old one lapses: its tokens are rejected. So
the ledger never accepts a replay because it has forgotten a grant.
"""

import threading
from array import array
from typing import Final

MAX_GRANTS: Final = 131_072
"""The grants that are remembered, of four bytes each."""

UNUSED: Final = 0
"""The state of a grant whose code has not been redeemed."""
_REVOKED: Final = 2**32 - 1


class Ledger:
    """The states of the latest grants: how often each has advanced, or that it is revoked."""

    def __init__(self, capacity: int = MAX_GRANTS) -> None:
        """Remember the latest *capacity* grants."""
        self._capacity = capacity
        self._states = array("I")  # grows up to its capacity
        self._count = 0
        self._lock = threading.Lock()

    def add(self) -> int:
        """Add an unused grant, and return its number."""
        with self._lock:
            number = self._count
            self._count += 1
            if number < self._capacity:
                self._states.append(UNUSED)
            else:
                self._states[number % self._capacity] = UNUSED
            return number

    def advance(self, number: int, expected: int) -> bool:
        """Advance a grant by one step, if its state is the *expected* one.

        Otherwise the step is a replay: a value is presented a second time. The grant is then
        revoked, because one of the two parties may have stolen the value.

        Returns:
            Whether the grant was in the expected state.
        """
        with self._lock:
            state = self._get(number)
            if state is None:
                return False
            is_expected = state == expected
            self._set(number, state + 1 if is_expected else _REVOKED)
            return is_expected

    def revoke(self, number: int) -> None:
        """Revoke a grant, and with it all its tokens."""
        with self._lock:
            if self._get(number) is not None:
                self._set(number, _REVOKED)

    def is_live(self, number: int) -> bool:
        """Tell whether a grant is remembered and not revoked."""
        with self._lock:
            return self._get(number) not in {None, _REVOKED}

    def is_at(self, number: int, state: int) -> bool:
        """Tell whether a grant is remembered and in *state*."""
        with self._lock:
            return self._get(number) == state

    def _get(self, number: int) -> int | None:
        is_remembered = max(0, self._count - self._capacity) <= number < self._count
        return self._states[number % self._capacity] if is_remembered else None

    def _set(self, number: int, state: int) -> None:
        self._states[number % self._capacity] = state
