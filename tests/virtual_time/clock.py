"""A clock that goes forward only when somebody sleeps."""

import threading
from datetime import datetime, timedelta


class VirtualClock:
    """Seconds since its start; call it to read it. Threads may share it.

    Attributes:
        start: The date at which it starts.
    """

    def __init__(self, start: datetime) -> None:
        self.start = start
        self._seconds = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Return the seconds since the start."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass, and return at once."""
        with self._lock:
            self._seconds += seconds

    def read_date(self) -> datetime:
        """Return the current date."""
        return self.start + timedelta(seconds=self._seconds)

    def read_timestamp(self) -> float:
        """Return the seconds since the epoch."""
        return self.read_date().timestamp()
