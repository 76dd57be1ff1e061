"""Clock that advances only when `sleep` is called."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class VirtualClock:
    """Virtual clock; calling it returns the seconds since `START`.

    Threads may share it; their sleeps add up.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Return the seconds since the start."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Advance the clock, and return at once."""
        with self._lock:
            self._seconds += seconds

    def read_date(self) -> datetime:
        """Return the current date."""
        return START + timedelta(seconds=self._seconds)

    def read_timestamp(self) -> float:
        """Return the seconds since the epoch."""
        return self.read_date().timestamp()
