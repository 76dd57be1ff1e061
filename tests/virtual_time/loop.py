"""Event loop that advances a virtual clock instead of waiting for its timers."""

import asyncio
import selectors

from tests.virtual_time.clock import VirtualClock


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on virtual time. One thread at a time may run it."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_Selector(clock))
        self._clock = clock

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._clock()

    def end(self) -> None:
        """Cancel what is still running, and close."""
        self.run_until_complete(_cancel_others())
        self.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Selector(selectors.SelectSelector):
    """Finds what is ready now; with nothing ready, the time until the next timer is over."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            message = "everything waits, and no timer runs: virtual time cannot go on"
            raise RuntimeError(message)
        if not ready and timeout:
            self._clock.sleep(timeout)
        return ready
