# DEV-ONLY: never ship to production.
"""How fast, how often and how patiently a target is asked."""

import threading
from typing import Final

from token_issuer.probe.errors import ProbeError
from token_issuer.probe.timing import REAL_TIME, Timing

DEFAULT_RATE: Final = 100.0
MAX_RATE: Final = 1000.0
MAX_REQUESTS: Final = 5000
DEFAULT_TIMEOUT_S: Final = 5.0


class RateLimiter:
    """A bound on the requests to a target, shared by all threads that send some.

    Attributes:
        timing: Clock and sleep of the probe.
    """

    def __init__(
        self,
        rate: float = DEFAULT_RATE,
        most: int = MAX_REQUESTS,
        timing: Timing = REAL_TIME,
    ) -> None:
        """Allow *rate* requests a second, and *most* altogether."""
        self.timing = timing
        self._interval_s = 1 / rate
        self._left = most
        self._next = timing.clock()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait until the next request may go.

        Raises:
            ProbeError: there were enough.
        """
        with self._lock:
            if self._left == 0:
                message = "the probe has sent as many requests as it may"
                raise ProbeError(message)
            self._left -= 1
            moment = max(self._next, self.timing.clock())
            self._next = moment + self._interval_s
        self.timing.sleep(max(0.0, moment - self.timing.clock()))
