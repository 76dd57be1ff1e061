# DEV-ONLY: never ship to production.
"""Limits on the requests to a target: rate, number and timeout."""

import threading
from typing import Final

from token_issuer.errors import ProbeError
from token_issuer.probe.timing import REAL_TIME, Timing

DEFAULT_RATE_PER_S: Final = 100.0
MAX_RATE_PER_S: Final = 1000.0
MAX_REQUESTS: Final = 5000
DEFAULT_TIMEOUT_S: Final = 5.0


class RateLimiter:
    """Limits the rate and number of requests to a target, for all threads together.

    Attributes:
        timing: Clock and sleep of the probe.
    """

    def __init__(
        self,
        rate_per_s: float = DEFAULT_RATE_PER_S,
        max_requests: int = MAX_REQUESTS,
        timing: Timing = REAL_TIME,
    ) -> None:
        """Allow *rate_per_s* requests per second, and *max_requests* in total."""
        self.timing = timing
        self._interval_s = 1 / rate_per_s
        self._max_requests = max_requests
        self._remaining = max_requests
        self._next_s = timing.clock()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait until the next request may be sent.

        Raises:
            ProbeError: the limit on the number of requests is reached.
        """
        with self._lock:
            if self._remaining == 0:
                message = (
                    f"the probe has reached its limit of {self._max_requests} requests; select "
                    "fewer checks with --only or --skip"
                )
                raise ProbeError(message)
            self._remaining -= 1
            send_at_s = max(self._next_s, self.timing.clock())
            self._next_s = send_at_s + self._interval_s
        self.timing.sleep(max(0.0, send_at_s - self.timing.clock()))
