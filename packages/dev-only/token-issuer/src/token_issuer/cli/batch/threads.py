# DEV-ONLY: never ship to production.
"""Many lines that each take a while, made by several threads."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

_BLOCK_LENGTH: Final = 1 << 16


def make_blocks(
    make_line: Callable[[], str], count: int, workers: int
) -> Generator[str, None, None]:
    """Yield *count* lines, in blocks of about 64 KiB.

    Threads are enough where *make_line* waits for an answer most of its time.

    Args:
        make_line: Makes a line, with its end; called by all threads.
        count: How many lines.
        workers: How many threads. Twice as many blocks are kept at most, while nobody takes them.
    """
    turns = iter(range(count))  # who takes one makes a line; taking is atomic
    stopping = threading.Event()

    def fill_block() -> str:
        lines: list[str] = []
        length = 0
        for _ in turns:
            lines.append(make_line())
            length += len(lines[-1])
            if length >= _BLOCK_LENGTH or stopping.is_set():
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
