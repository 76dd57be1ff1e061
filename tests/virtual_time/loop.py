"""Event loop that advances a virtual clock instead of waiting for its timers."""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from tests.virtual_time.clock import VirtualClock

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on virtual time. One thread at a time may run it."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_Selector(clock))
        self._clock = clock

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._clock()

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Arguments], Result],
        *args: *Arguments,
    ) -> asyncio.Future[Result]:
        """Run *func* at once: if a thread ran it, timers would be over before it ends."""
        future: asyncio.Future[Result] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  # as an executor does
            future.set_exception(error)
        return future

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
