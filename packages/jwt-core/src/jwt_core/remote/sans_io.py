"""Sans-I/O drivers: a generator yields each fetch it depends on, and a driver waits for it.

`run` blocks the thread, `run_async` awaits, so threads and tasks share one implementation.
"""

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")

InFlightFetch = Future[None]
"""A fetch that has started; it completes once, for every caller that waits for it."""

Steps = Generator[InFlightFetch, None, _T]
"""Yields each fetch that must complete before it can continue, and returns the result."""


def run(steps: Steps[_T]) -> _T:
    """Run *steps* to their result; block the thread while a fetch is in flight."""
    try:
        while True:
            next(steps).result()
    except StopIteration as done:
        result: _T = done.value
        return result


async def run_async(steps: Steps[_T]) -> _T:
    """Run *steps* to their result; await each fetch."""
    try:
        while True:
            await asyncio.wrap_future(next(steps))
    except StopIteration as done:
        result: _T = done.value
        return result
