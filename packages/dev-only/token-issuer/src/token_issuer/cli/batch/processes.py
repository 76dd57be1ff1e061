# DEV-ONLY: never ship to production.
"""Many lines that each keep a core busy, made by several processes.

Threads would not do: each line needs the interpreter's lock for a moment, and to wait for it costs
a sixth of the time.
"""

import os
import selectors
import signal
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from typing import Final, Self

from token_issuer.errors import WorkerError

_BLOCK_LENGTH: Final = 1 << 16


def make_blocks_by_processes(
    make_line: Callable[[], str], count: int, processes: int
) -> Generator[str, None, None]:
    """Yield *count* lines, in blocks of at most 64 KiB.

    The first line is made here: what is wrong with all of them comes up before a process starts.

    Args:
        make_line: Makes a line, with its end.
        count: How many lines.
        processes: How many processes. Each is as far ahead as its pipe holds lines.

    Raises:
        WorkerError: a process could not be started, or ended by itself.
    """
    yield make_line()
    shares = [len(range(first, count - 1, processes)) for first in range(processes)]
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for share in filter(None, shares):
            maker = stack.enter_context(_Maker(make_line, share))
            selector.register(maker, selectors.EVENT_READ, maker.read_lines)
        while selector.get_map():
            for key, _ in selector.select():
                lines = key.data()
                if lines is None:
                    selector.unregister(key.fileobj)
                else:
                    yield lines


class _Maker:
    """A process that makes lines, and the end of the pipe at which they come out."""

    def __init__(self, make_line: Callable[[], str], count: int) -> None:
        self._reader, writer = os.pipe()
        try:
            self._process = os.fork()
        except OSError as error:
            message = f"--count: no process can be started: {error.strerror}; make fewer at a time"
            raise WorkerError(message) from error
        if self._process == 0:
            os.close(self._reader)
            _write_lines(writer, make_line, count)
        os.close(writer)
        self._rest = b""

    def fileno(self) -> int:
        """Return what a selector waits for."""
        return self._reader

    def read_lines(self) -> str | None:
        """Return the next lines, as many as are whole; None when the process has ended.

        Raises:
            WorkerError: it ended by itself.
        """
        data = os.read(self._reader, _BLOCK_LENGTH)
        if not data:
            self._finish()
            return None
        lines, end, self._rest = (self._rest + data).rpartition(b"\n")
        return (lines + end).decode()

    def _finish(self) -> None:
        exit_code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        self._process = 0
        if exit_code != 0:
            message = (
                f"--count: a process that made tokens ended by itself, with exit status {exit_code}"
            )
            raise WorkerError(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let the process end, if it is still at work: nobody reads what it writes."""
        os.close(self._reader)
        if self._process:
            os.waitpid(self._process, 0)


def _write_lines(writer: int, make_line: Callable[[], str], count: int) -> None:
    """Write the lines, and leave without what the parent has to do at its end."""
    exit_code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # the draft of the file is the parent's
        with suppress(BrokenPipeError), open(writer, "w", _BLOCK_LENGTH, "utf-8") as pipe:
            pipe.writelines(make_line() for _ in range(count))
        exit_code = 0
    finally:
        os._exit(exit_code)
