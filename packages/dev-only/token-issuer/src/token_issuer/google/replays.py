# DEV-ONLY: never ship to production.
"""The assertions that have been used: each with a `jti` is accepted once.

Google accepts an assertion again until it expires. RFC 7523 permits its rejection, and an assertion
with a `jti` says that it is for one use; Google's own libraries send none.

Spec: RFC 7523 §3 no. 7
"""

import threading
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Final

from token_issuer.oauth.errors import ErrorCode, OAuthError
from token_issuer.timing.elapsed import read_elapsed_s

MAX_USED_ASSERTIONS: Final = 10_000


class UsedAssertions:
    """The assertions that were used and have not expired.

    One is forgotten only when it has expired by the simulated clock and by the monotonic one, since
    a test may set the simulated clock back. If all places are taken, further ones are rejected.
    """

    def __init__(
        self,
        read_elapsed: Callable[[], float] = read_elapsed_s,
        capacity: int = MAX_USED_ASSERTIONS,
    ) -> None:
        """Remember *capacity* assertions.

        Args:
            read_elapsed: The monotonic clock, in seconds.
            capacity: The maximum number.
        """
        self._read_elapsed = read_elapsed
        self._capacity = capacity
        self._ends: dict[bytes, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def use(self, account: str, jti: str, expires_at: float, now: datetime) -> None:
        """Record that an assertion is used.

        Args:
            account: The account that has signed it.
            jti: Its `jti`.
            expires_at: Its `exp`.
            now: The time of the request.

        Raises:
            OAuthError: it has been used, or too many are remembered.
        """
        name = sha256(f"{account}\n{jti}".encode()).digest()
        time, elapsed = now.timestamp(), self._read_elapsed()
        with self._lock:
            if name in self._ends:
                message = "Invalid JWT: jti: the assertion has been used already; sign a new one"
                raise OAuthError(ErrorCode.INVALID_GRANT, message, "assertion")
            if len(self._ends) >= self._capacity:
                self._ends = {
                    other: (end, end_s)
                    for other, (end, end_s) in self._ends.items()
                    if end > time or end_s > elapsed
                }
            if len(self._ends) >= self._capacity:
                message = (
                    f"jti: {self._capacity} assertions with a jti are in use; leave the jti out, "
                    "or wait until they expire"
                )
                raise OAuthError(ErrorCode.TEMPORARILY_UNAVAILABLE, message, "assertion")
            self._ends[name] = expires_at, elapsed + expires_at - time
