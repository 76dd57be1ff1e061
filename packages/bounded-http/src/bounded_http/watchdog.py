"""One timer per connection, which is set again only for an earlier time."""

import asyncio
from collections.abc import Callable


class Watchdog:
    """Calls *check* at the earliest of the requested times.

    If a deadline has moved to a later time, its check requests that time. So a busy connection does
    not set a timer for each request.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, check: Callable[[], None]) -> None:
        self._loop = loop
        self._check = check
        self._timer: asyncio.TimerHandle | None = None

    def wake_at(self, time: float) -> None:
        """Request a check at *time* of the loop's clock, or earlier."""
        timer = self._timer
        if timer is not None:
            if timer.when() <= time:
                return
            timer.cancel()
        self._timer = self._loop.call_at(time, self._run)

    def stop(self) -> None:
        """Cancel the next check."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = None
        self._check()
