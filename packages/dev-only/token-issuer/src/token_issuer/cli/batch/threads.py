# DEV-ONLY: never ship to production.
"""Lines made by several threads, for work that mostly waits for responses."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

_BLOCK_BYTES: Final = 1 << 16


def make_blocks_in_threads(
    make_line: Callable[[], str], count: int, workers: int
) -> Generator[str, None, None]:
    """Yield *count* lines, in blocks of about 64 KiB.

    Args:
        make_line: Makes a line, with its line feed; called by all threads.
        count: The number of lines.
        workers: The number of threads. Memory holds at most two blocks for each thread.
    """
    turns = iter(range(count))  # one for each line; next() on a range is atomic
    stopping = threading.Event()

    def fill_block() -> str:
        lines: list[str] = []
        length = 0
        for _ in turns:
            lines.append(make_line())
            length += len(lines[-1])
            if length >= _BLOCK_BYTES or stopping.is_set():
                break
        return "".join(lines)

    with ThreadPoolExecutor(min(workers, count)) as pool:
        backlog = deque(pool.submit(fill_block) for _ in range(2 * workers))
        try:
            while backlog:
                if block := backlog.popleft().result():
                    backlog.append(pool.submit(fill_block))
                    yield block
        finally:
            stopping.set()
            pool.shutdown(cancel_futures=True)
