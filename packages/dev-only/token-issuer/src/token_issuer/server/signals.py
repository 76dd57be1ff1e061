# DEV-ONLY: never ship to production.
"""What SIGTERM and SIGINT do.

Process 1 of a container has no default handlers: until these are installed it is deaf to both.
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
        exit_code: By default that of shells, 128 and the number of the signal: what was asked for
            is not done.
        leave: By default at once, as without a handler. An exception would do no better where it is
            raised in the middle of an import: some extension modules swallow it.
    """

    def handle(number: int, _frame: FrameType | None) -> None:
        leave(128 + number if exit_code is None else exit_code)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
