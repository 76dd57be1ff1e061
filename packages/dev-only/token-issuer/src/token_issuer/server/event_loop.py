# DEV-ONLY: never ship to production.
"""The event loop of the server, whose timers also run while a test has frozen the time."""

import asyncio

from token_issuer.timing.elapsed import read_elapsed_s


class EventLoop(asyncio.SelectorEventLoop):
    """The event loop that asyncio selects on Linux, with a clock that tests do not replace."""

    def time(self) -> float:
        """Return the time of the timers, in seconds."""
        return read_elapsed_s()
