"""Sans-I/O drivers: a generator yields each fetch it depends on, and a driver waits for it.

`run` blocks the thread, `run_async` awaits, so threads and tasks share one implementation. Each
waits at most until the fetch's deadline; the generator then checks whether it is complete.
"""

import asyncio
import contextlib
import time
from collections.abc import Generator
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import threading

_T = TypeVar("_T")


class InFlightFetch:
    """A fetch in progress, whose result all waiting callers share.

    Args:
        max_wait_s: Time from now after which no caller waits any longer, in seconds.

    Attributes:
        thread: The thread that runs the fetch; None before it is started.
        is_overdue: Whether a caller has waited until the deadline.
    """

    def __init__(self, max_wait_s: float) -> None:
        self.thread: threading.Thread | None = None
        self.is_overdue = False
        self._deadline = time.monotonic() + max_wait_s
        self._completion: Future[None] = Future()
        # A running future cannot be cancelled: a cancelled task must not cancel it for the others.
        self._completion.set_running_or_notify_cancel()

    def complete(self) -> None:
        """Release all callers that wait."""
        self._completion.set_result(None)

    def is_complete(self) -> bool:
        """Return whether the fetch has ended, with or without success."""
        return self._completion.done()

    def is_lost(self) -> bool:
        """Return whether the fetch can no longer complete: it is late, and its thread has ended."""
        has_thread = self.thread is not None and self.thread.is_alive()
        return self._compute_remaining_s() == 0 and not has_thread

    def wait(self) -> None:
        """Block the thread until the fetch is complete, or its deadline has passed."""
        with contextlib.suppress(TimeoutError):
            self._completion.result(self._compute_remaining_s())

    async def wait_async(self) -> None:
        """Wait as `wait` does, without blocking the event loop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._compute_remaining_s()):
                await asyncio.wrap_future(self._completion)

    def _compute_remaining_s(self) -> float:
        return max(self._deadline - time.monotonic(), 0)


Steps = Generator[InFlightFetch, None, _T]
"""Yields each fetch that must complete before it can continue, and returns the result."""


def run(steps: Steps[_T]) -> _T:
    """Run *steps* to their result; block the thread while a fetch is in flight."""
    try:
        while True:
            next(steps).wait()
    except StopIteration as done:
        result: _T = done.value
        return result


async def run_async(steps: Steps[_T]) -> _T:
    """Run *steps* to their result; await each fetch.

    Raises:
        RuntimeError: The caller does not run in an asyncio event loop.
    """
    _check_event_loop()
    try:
        while True:
            await next(steps).wait_async()
    except StopIteration as done:
        result: _T = done.value
        return result


def _check_event_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        message = (
            "verify_async and prefetch_async need a running asyncio event loop; under trio, run "
            "verify or prefetch in a thread (anyio.to_thread.run_sync)"
        )
        raise RuntimeError(message) from None
