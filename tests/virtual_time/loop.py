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
    """Event loop on virtual time; only one thread at a time may run it."""

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
        """Run *func* at once; in another thread, timers would expire before it ends."""
        future: asyncio.Future[Result] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  # as an executor does
            future.set_exception(error)
        return future

    def end(self) -> None:
        """Cancel all running tasks and close the loop."""
        self.run_until_complete(_cancel_others())
        self.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Selector(selectors.SelectSelector):
    """Selector that does not wait: if nothing is ready, it advances the clock to the next timer."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            message = "all tasks wait, but no timer is running, so virtual time cannot advance"
            raise RuntimeError(message)
        if not ready and timeout:
            self._clock.sleep(timeout)
        return ready
