"""One path for threads and for tasks: a generator yields what it waits for, its driver waits."""

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")

Flight = Future[None]
"""A fetch on its way; it lands once, for everybody who waits."""

Steps = Generator[Flight, None, _T]
"""Yields each fetch that must land before it can go on, and returns the outcome."""


def run(steps: Steps[_T]) -> _T:
    """Drive *steps* to their outcome; blocks the thread while a fetch is on its way."""
    try:
        while True:
            next(steps).result()
    except StopIteration as done:
        outcome: _T = done.value
        return outcome


async def run_async(steps: Steps[_T]) -> _T:
    """Drive *steps* to their outcome; awaits each fetch."""
    try:
        while True:
            await asyncio.wrap_future(next(steps))
    except StopIteration as done:
        outcome: _T = done.value
        return outcome
