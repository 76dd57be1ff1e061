"""Forks wait for the parts of a fetch that could leave a lock behind in the forked process.

A forked process has only the thread that forked. A lock that another thread holds at that moment,
in OpenSSL or for an import, is never released in the forked process, which then can never fetch.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MAX_FORK_DELAY_S: Final = 1
"""Longest wait of a fork. A TLS handshake takes longer only if it waits for the server."""


class ForkGate:
    """Lets forks wait while a thread is in a part of a fetch that they must not interrupt."""

    _busy_threads: int

    def __init__(self) -> None:
        self._reset()
        if hasattr(os, "register_at_fork"):  # Windows has no fork
            os.register_at_fork(
                before=self._close, after_in_parent=self._open, after_in_child=self._reset
            )

    def enter(self) -> None:
        """Make forks wait until this thread calls `leave`; first wait for a fork that waits."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_fork_waiting)
            self._busy_threads += 1

    def leave(self) -> None:
        """Undo one call of `enter`."""
        with self._changed:
            self._busy_threads = max(self._busy_threads - 1, 0)  # greenlets outlive a fork
            self._changed.notify_all()

    @contextmanager
    def pass_through(self) -> Iterator[None]:
        """Make forks wait until the end of the context."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def _close(self) -> None:
        self._changed.acquire()
        self._is_fork_waiting = True
        self._changed.wait_for(lambda: self._busy_threads == 0, MAX_FORK_DELAY_S)

    def _open(self) -> None:
        self._is_fork_waiting = False
        self._changed.notify_all()
        self._changed.release()

    def _reset(self) -> None:
        self._changed = threading.Condition()
        self._busy_threads = 0
        self._is_fork_waiting = False


fork_gate: Final = ForkGate()
