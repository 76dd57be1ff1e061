# DEV-ONLY: never ship to production.
"""Clock and sleep of a probe, and the timer and deadline built on them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


class Timer:
    """Stopwatch on a given clock; starts when it is created."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started_s = clock()

    @property
    def seconds(self) -> float:
        """Elapsed seconds."""
        return self._clock() - self._started_s


@dataclass(frozen=True, slots=True)
class Timing:
    """A clock, and the function that sleeps in the time of this clock.

    Attributes:
        clock: Returns monotonic seconds.
        sleep: Waits for the given number of seconds.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def start_timer(self) -> Timer:
        """Return a timer that starts now."""
        return Timer(self.clock)


REAL_TIME: Final = Timing()


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a time limit.

    Attributes:
        timer: Started at the beginning of the limit.
        limit_s: Length of the limit, in seconds.
    """

    timer: Timer
    limit_s: float

    def get_remaining_s(self) -> float:
        """Return the remaining seconds.

        Raises:
            TimeoutError: the limit has expired.
        """
        remaining_s = self.limit_s - self.timer.seconds
        if remaining_s <= 0:
            raise TimeoutError
        return remaining_s

    def shorten(self, seconds: float) -> "Deadline":
        """Return a deadline that is at most *seconds* from now."""
        return Deadline(self.timer, min(self.limit_s, self.timer.seconds + seconds))
