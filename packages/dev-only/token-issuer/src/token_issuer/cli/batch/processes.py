# DEV-ONLY: never ship to production.
"""Lines made by several processes, for CPU-bound work.

Threads would compete for the GIL.
"""

import os
import selectors
import signal
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from typing import Final, Self

from token_issuer.errors import WorkerError

_BLOCK_BYTES: Final = 1 << 16


def make_blocks_in_processes(
    make_line: Callable[[], str], count: int, processes: int
) -> Generator[str, None, None]:
    """Yield *count* lines, in blocks of at most 64 KiB.

    The first line is made in this process, so that an error that concerns all lines is raised
    before any process starts.

    Args:
        make_line: Makes a line, with its line feed.
        count: The number of lines.
        processes: The number of processes. Each works ahead until its pipe is full.

    Raises:
        WorkerError: a process cannot be started, or ended early.
    """
    yield make_line()
    shares = [len(range(first, count - 1, processes)) for first in range(processes)]
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for share in filter(None, shares):
            process = stack.enter_context(_LineProcess(make_line, share))
            selector.register(process, selectors.EVENT_READ, process.read_lines)
        while selector.get_map():
            for key, _ in selector.select():
                lines = key.data()
                if lines is None:
                    selector.unregister(key.fileobj)
                else:
                    yield lines


class _LineProcess:
    """A forked process that makes lines, and the reading end of its pipe."""

    def __init__(self, make_line: Callable[[], str], count: int) -> None:
        self._reader, writer = os.pipe()
        try:
            self._pid = os.fork()
        except OSError as error:
            message = (
                f"--count: cannot start a process: {error.strerror}; try again with fewer running"
            )
            raise WorkerError(message) from error
        if self._pid == 0:
            os.close(self._reader)
            _write_lines(writer, make_line, count)
        os.close(writer)
        self._incomplete = b""

    def fileno(self) -> int:
        """Return the file descriptor, for a selector."""
        return self._reader

    def read_lines(self) -> str | None:
        """Return the complete lines that have arrived, or None when the process has ended.

        Raises:
            WorkerError: the process ended early.
        """
        data = os.read(self._reader, _BLOCK_BYTES)
        if not data:
            self._finish()
            return None
        lines, end, self._incomplete = (self._incomplete + data).rpartition(b"\n")
        return (lines + end).decode()

    def _finish(self) -> None:
        exit_code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        self._pid = 0
        if exit_code != 0:
            message = (
                f"--count: a process that made tokens ended early, with exit status {exit_code}; "
                "try again"
            )
            raise WorkerError(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the pipe. A process that is still writing to it then ends."""
        os.close(self._reader)
        if self._pid:
            os.waitpid(self._pid, 0)


def _write_lines(writer: int, make_line: Callable[[], str], count: int) -> None:
    """Write the lines, and exit without running the parent's clean-up."""
    exit_code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # the handlers would remove the parent's file
        with suppress(BrokenPipeError), open(writer, "w", _BLOCK_BYTES, "utf-8") as pipe:
            pipe.writelines(make_line() for _ in range(count))
        exit_code = 0
    finally:
        os._exit(exit_code)
