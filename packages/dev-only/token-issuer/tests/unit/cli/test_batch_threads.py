# DEV-ONLY: never ship to production.
"""Lines made by several threads: all of them, no more than are asked for, and none too early."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from token_issuer.cli.batch.threads import make_blocks_in_threads

pytestmark = pytest.mark.requirement("TI-7")


@pytest.fixture(autouse=True)
def threads_end() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def number_lines(length: int = 0) -> tuple[Callable[[], str], Iterator[int]]:
    """Return a maker of numbered lines, and the iterator that it takes the numbers from."""
    numbers = itertools.count()
    return lambda: f"{next(numbers):0{length}}\n", numbers


@pytest.mark.parametrize("count", [1, 2, 7, 50_000])
@pytest.mark.parametrize("workers", [1, 4])
def test_each_line_is_made_once(count: int, workers: int) -> None:
    make_line, _ = number_lines()
    text = "".join(make_blocks_in_threads(make_line, count, workers))

    assert sorted(map(int, text.splitlines())) == list(range(count))


def test_blocks_are_bounded_and_end_with_a_line() -> None:
    make_line, _ = number_lines(1000)
    blocks = list(make_blocks_in_threads(make_line, 200, 2))

    assert len(blocks) > 1
    assert all(len(block) <= 65_536 + 1000 and block.endswith("\n") for block in blocks)


def test_little_is_made_while_nobody_takes_it() -> None:
    make_line, numbers = number_lines(70_000)  # each line is a block of its own
    with closing(make_blocks_in_threads(make_line, 1000, 2)) as blocks:
        next(blocks)
        time.sleep(0.1)
        made = next(numbers)

    assert made <= 5


def test_all_workers_work_at_once() -> None:
    meeting = threading.Barrier(4, timeout=20)

    def make_line() -> str:
        meeting.wait()
        return "\n"

    assert len("".join(make_blocks_in_threads(make_line, 16, 4))) == 16


def test_error_of_a_line_ends_it() -> None:
    make_line, numbers = number_lines()

    def fail_at_last() -> str:
        line = make_line()
        if int(line) >= 100:
            raise LookupError(line)
        return line

    with pytest.raises(LookupError):
        list(make_blocks_in_threads(fail_at_last, 10_000_000, 4))

    assert next(numbers) < 10_000
