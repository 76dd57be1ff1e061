# DEV-ONLY: never ship to production.
"""Worker processes that serve on one port with the same keys.

They are forked after the keys are generated or loaded, and end with the process that started them.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from types import FrameType

from token_issuer.errors import WorkerError
from token_issuer.server.server import listen

Serve = Callable[[socket.socket], None]


def listen_for_workers(host: str, port: int, count: int) -> list[socket.socket]:
    """Open a listening socket for each worker, all on one port.

    Raises:
        AddressError: the port is taken, or the host is not an address of this machine.
    """
    with listen(host, port) as probe:  # fails if the port is taken; shared sockets alone would not
        port = probe.getsockname()[1]
    with ExitStack() as stack:
        listeners = [stack.enter_context(listen(host, port, is_shared=True)) for _ in range(count)]
        stack.pop_all()
    return listeners


def serve_by_workers(listeners: Sequence[socket.socket], serve: Serve) -> None:
    """Call *serve* in one process for each of *listeners*, until SIGTERM or SIGINT.

    This function returns in each worker and in the process that started them.

    Raises:
        WorkerError: a worker could not be started, or ended by itself.
    """
    lifeline, held_end = os.pipe()
    workers: set[int] = set()
    for listener in listeners:
        try:
            worker = os.fork()
        except OSError as error:  # the running workers end with this process
            message = f"cannot start a worker: {error.strerror}; set a smaller TOKEN_ISSUER_WORKERS"
            raise WorkerError(message) from error
        if worker == 0:
            os.close(held_end)
            _close_others(listeners, listener)
            _serve_while_parent_lives(listener, serve, lifeline)
            return
        workers.add(worker)
    _close_others(listeners)
    os.close(lifeline)
    _supervise(workers)


def _close_others(listeners: Sequence[socket.socket], kept: socket.socket | None = None) -> None:
    """Close all *listeners* but *kept*.

    Otherwise the kernel queues connections on these listeners, and no process accepts them.
    """
    for listener in listeners:
        if listener is not kept:
            listener.close()


def _serve_while_parent_lives(listener: socket.socket, serve: Serve, lifeline: int) -> None:
    def stop_with_parent() -> None:
        os.read(lifeline, 1)  # returns at end of file, when the parent ends
        os.kill(os.getpid(), signal.SIGTERM)

    os.setpgid(0, 0)  # Ctrl-C then signals only the parent, which signals each worker once
    threading.Thread(target=stop_with_parent, daemon=True).start()
    serve(listener)


def _supervise(workers: set[int]) -> None:
    is_stopping = False

    def stop(_number: int = 0, _frame: FrameType | None = None) -> None:
        nonlocal is_stopping
        is_stopping = True
        for worker in workers:
            with suppress(ProcessLookupError):  # the worker has just ended
                os.kill(worker, signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    failure = ""
    while workers:
        worker, status = os.wait()
        if worker not in workers:
            continue  # an orphan, which process 1 of a container inherits
        workers.remove(worker)
        exit_code = os.waitstatus_to_exitcode(status)
        if exit_code != 0 or not is_stopping:
            failure = failure or f"worker {worker} ended by itself, with exit status {exit_code}"
            stop()
    if failure:
        message = f"{failure}; the others were stopped: start the issuer again"
        raise WorkerError(message)
