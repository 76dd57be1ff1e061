# DEV-ONLY: never ship to production.
"""Elapsed time, by a clock that libraries for tests do not replace.

freezegun replaces `time.monotonic` as well as `time.time`. A timer that reads either one never
expires while a test has frozen the time.
"""

import time

if hasattr(time, "clock_gettime"):  # not on Windows

    def read_elapsed_s() -> float:
        """Return the seconds since a fixed point in the past, also while time is frozen."""
        return time.clock_gettime(time.CLOCK_MONOTONIC)

else:
    _read = time.monotonic

    def read_elapsed_s() -> float:
        """Return the seconds since a fixed point in the past."""
        return _read()
