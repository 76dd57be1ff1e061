# DEV-ONLY: never ship to production.
"""Handlers of SIGTERM and SIGINT.

Process 1 of a container has no default handlers: without these it ignores both signals.
"""

import os
import signal
from collections.abc import Callable
from types import FrameType


def exit_on_signals(
    exit_code: int | None = None, *, leave: Callable[[int], object] = os._exit
) -> None:
    """Let SIGTERM and SIGINT end the process.

    Args:
        exit_code: The exit code; by default 128 plus the number of the signal, as in shells.
        leave: The function that ends the process with the exit code; by default, the process ends
            immediately. *leave* should not raise an exception: some extension modules suppress
            exceptions that are raised during their import.
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        leave(128 + number if exit_code is None else exit_code)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
