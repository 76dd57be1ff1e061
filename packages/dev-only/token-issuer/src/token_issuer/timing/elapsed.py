# DEV-ONLY: never ship to production.
"""Elapsed time and the time of the system, by clocks that libraries for tests do not replace.

freezegun replaces `time.monotonic` as well as `time.time`. A timer that reads either one never
expires while a test has frozen the time. Other processes and OpenSSL do not see frozen time.
"""

import time
from datetime import UTC, datetime

if hasattr(time, "clock_gettime"):  # not on Windows

    def read_elapsed_s() -> float:
        """Return the seconds since a fixed point in the past, also while time is frozen."""
        return time.clock_gettime(time.CLOCK_MONOTONIC)

    def read_system_time() -> datetime:
        """Return the time of the system clock, also while time is frozen.

        time-machine replaces CLOCK_REALTIME, but not CLOCK_TAI, which is at most 37 s ahead of it.
        """
        try:
            seconds = time.clock_gettime(time.CLOCK_TAI)
        except (AttributeError, OSError):  # not on Linux, or not in its sandbox
            seconds = time.clock_gettime(time.CLOCK_REALTIME)
        return datetime.fromtimestamp(seconds, UTC)

else:
    _read = time.monotonic

    def read_elapsed_s() -> float:
        """Return the seconds since a fixed point in the past."""
        return _read()

    def read_system_time() -> datetime:
        """Return the time of the system clock."""
        return datetime.now(UTC)
