"""Blocking calls with a time limit, on daemon threads, so that an exiting process does not wait.

Threads and blocking sockets also work after gevent or eventlet has replaced them. Event loops do
not: two greenlets of one thread cannot each run one.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

_T = TypeVar("_T")


class AbortedError(Exception):
    """The caller has given up; the call must not continue."""


class ConnectionGuard:
    """The connections of one HTTP request, which another thread can shut down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._stream: Any = None
        self._is_shut_down = False

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Observe the request, as an httpcore trace extension; end it after `shut_down`."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = details["return_value"]
        if event.endswith("connect_tcp.complete"):
            connected: socket.socket = self._stream.get_extra_info("socket")
            # TLS takes the socket over, but a duplicate remains usable.
            with self._lock:
                self._sockets.append(connected.dup())
        if self._is_shut_down:
            self.shut_down()
            if self._stream is not None:
                self._stream.close()  # httpcore closes no connection that it has not set up yet
            raise AbortedError

    def shut_down(self) -> None:
        """Shut down each connection, so that blocked reads and writes return.

        The peer sees the end even if a forked process has inherited the connection.
        """
        with self._lock:
            self._is_shut_down = True
            sockets, self._sockets = self._sockets, []
        for connection in sockets:
            with connection, contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class BoundedWorker:
    """Run one call at a time on a daemon thread, with a time limit.

    A DNS lookup cannot be interrupted. While the lookup of an earlier call hangs, no other thread
    is started, so at most one thread is left behind.
    """

    def __init__(self) -> None:
        self._left_behind: threading.Thread | None = None

    def run(self, function: Callable[[ConnectionGuard], _T], timeout_s: float) -> _T:
        """Return the result of *function*, which registers its connections with its argument.

        Raises:
            TimeoutError: There is no result after *timeout_s* seconds.
            RuntimeError: No thread can be started.
        """
        deadline = time.monotonic() + timeout_s
        if self._left_behind is not None:
            self._left_behind.join(timeout_s)
            if self._left_behind.is_alive():
                raise TimeoutError
            self._left_behind = None
        result: Future[_T] = Future()
        guard = ConnectionGuard()
        thread = threading.Thread(
            target=_call, args=(function, guard, result), name="jwt-core-request", daemon=True
        )
        thread.start()
        try:
            return result.result(max(deadline - time.monotonic(), 0))
        except TimeoutError:
            self._left_behind = thread
            raise
        finally:
            guard.shut_down()


def _call(
    function: Callable[[ConnectionGuard], _T], guard: ConnectionGuard, result: "Future[_T]"
) -> None:
    try:
        result.set_result(function(guard))
    except BaseException as error:  # noqa: BLE001  # raised again in the caller
        result.set_exception(error)
