# DEV-ONLY: never ship to production.
"""Handlers of SIGTERM and SIGINT.

Process 1 of a container has no default handlers: it ignores both until these are installed.
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
        exit_code: By default 128 plus the number of the signal, as in shells.
        leave: How the process ends; by default at once. An exception in the middle of an import may
            get lost: some extension modules suppress it.
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        leave(128 + number if exit_code is None else exit_code)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
