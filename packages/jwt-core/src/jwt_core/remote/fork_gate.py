"""A gate that delays forks while other threads are in a request.

A forked process has only the thread that forked. If another thread held a lock at that moment, in
OpenSSL, the resolver or the import system, the lock is never released in the forked process: its
fetches, or the whole process, would hang.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MAX_FORK_DELAY_S: Final = 1
"""Longest delay of a fork. A longer request waits for the network, and then holds no lock."""


class ForkGate:
    """Make each fork wait until no thread is in a request, and each request until no fork waits."""

    _requests: int
    _exits: dict[Path, float]

    def __init__(self) -> None:
        self._reset()
        if hasattr(os, "register_at_fork"):  # Windows has no fork
            os.register_at_fork(
                before=self._close, after_in_parent=self._open, after_in_child=self._reset
            )

    @contextmanager
    def pass_through(self) -> Iterator[None]:
        """Run the body of the `with` statement as a request."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_fork_waiting)
            self._requests += 1
        try:
            yield
        finally:
            with self._changed:
                self._requests = max(
                    self._requests - 1, 0
                )  # a greenlet also runs to its end in the child
                self._note_exit(threading.get_native_id())
                self._changed.notify_all()

    def _close(self) -> None:
        self._changed.acquire()
        self._is_fork_waiting = True
        deadline = time.monotonic() + MAX_FORK_DELAY_S
        self._changed.wait_for(lambda: self._requests == 0, MAX_FORK_DELAY_S)
        # OpenSSL acquires a lock when a thread that has used it exits, after its last Python code.
        while any(path.exists() for path in self._exits) and time.monotonic() < deadline:
            time.sleep(0.001)
        self._exits.clear()

    def _note_exit(self, native_id: int) -> None:
        now = time.monotonic()
        self._exits = {path: at for path, at in self._exits.items() if now - at < MAX_FORK_DELAY_S}
        if native_id != os.getpid():  # the main thread, as under gevent, does not exit
            self._exits[Path(f"/proc/self/task/{native_id}")] = now

    def _open(self) -> None:
        self._is_fork_waiting = False
        self._changed.notify_all()
        self._changed.release()

    def _reset(self) -> None:
        self._changed = threading.Condition()
        self._requests = 0
        self._exits = {}
        self._is_fork_waiting = False


fork_gate: Final = ForkGate()
