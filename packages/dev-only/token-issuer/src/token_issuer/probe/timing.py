# DEV-ONLY: never ship to production.
"""The time that a probe goes by: a clock and a sleep, and what is measured with them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


class Timer:
    """Seconds since it was made, on the clock that it is given."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return self._clock() - self._began


@dataclass(frozen=True, slots=True)
class Timing:
    """A clock, and a sleep that this clock notices.

    Attributes:
        clock: Returns seconds that only go forward.
        sleep: Waits for as many seconds.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def start_timer(self) -> Timer:
        """Return a timer that runs from now on."""
        return Timer(self.clock)


REAL_TIME: Final = Timing()


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a time limit.

    Attributes:
        timer: Runs since the beginning.
        limit_s: How long it may run, in seconds.
    """

    timer: Timer
    limit_s: float

    def measure_rest(self) -> float:
        """Return how many seconds are left.

        Raises:
            TimeoutError: none are.
        """
        rest = self.limit_s - self.timer.seconds
        if rest <= 0:
            raise TimeoutError
        return rest

    def shorten(self, seconds: float) -> "Deadline":
        """Return a deadline that is at most *seconds* from now."""
        return Deadline(self.timer, min(self.limit_s, self.timer.seconds + seconds))
