# DEV-ONLY: never ship to production.
"""Lines made by several processes: all of them, and nothing left when they end early."""

import errno
import itertools
import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from token_issuer.cli.batch.processes import make_blocks_in_processes
from token_issuer.errors import WorkerError

pytestmark = pytest.mark.requirement("TI-7")


def read_children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


ListMakers = Callable[[], list[int]]


@pytest.fixture
def list_makers() -> ListMakers:
    """Return a function that lists the processes that this test has started, and that run."""
    others = read_children()
    return lambda: [pid for pid in read_children() if pid not in others]


def name_lines(length: int = 0) -> Callable[[], str]:
    """Return a maker of lines with the process that made them and a number."""
    numbers = itertools.count()
    return lambda: f"{os.getpid()} {next(numbers):0{length}}\n"


@pytest.mark.parametrize("count", [1, 2, 7, 30_000])
@pytest.mark.parametrize("processes", [1, 3])
def test_each_line_is_made_once(list_makers: ListMakers, count: int, processes: int) -> None:
    lines = "".join(make_blocks_in_processes(name_lines(), count, processes)).splitlines()
    makers = {line.split()[0] for line in lines}

    assert len(lines) == len(set(lines)) == count
    assert str(os.getpid()) in makers
    assert len(makers) == 1 + min(processes, count - 1)
    assert not list_makers()


def test_blocks_hold_whole_lines() -> None:
    blocks = [block for block in make_blocks_in_processes(name_lines(1000), 500, 2) if block]

    assert len(blocks) > 2
    assert all(block.endswith("\n") for block in blocks)


def test_processes_end_when_nobody_wants_more(list_makers: ListMakers) -> None:
    with closing(make_blocks_in_processes(name_lines(1000), 10_000_000, 3)) as blocks:
        assert [next(blocks) for _ in range(3)]
        assert len(list_makers()) == 3

    assert not list_makers()


def test_error_of_the_first_line_comes_before_any_process() -> None:
    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        list(make_blocks_in_processes(fail, 1000, 3))


def test_process_that_ends_by_itself_is_an_error(
    list_makers: ListMakers, capfd: pytest.CaptureFixture[str]
) -> None:
    make_line, parent = name_lines(), os.getpid()

    def fail_elsewhere() -> str:
        if os.getpid() != parent:
            raise LookupError
        return make_line()

    with pytest.raises(WorkerError, match="ended early, with exit status 1"):
        list(make_blocks_in_processes(fail_elsewhere, 1000, 2))

    assert capfd.readouterr() == ("", "")
    assert not list_makers()


def test_process_that_is_killed_is_an_error(list_makers: ListMakers) -> None:
    with closing(make_blocks_in_processes(name_lines(1000), 10_000_000, 2)) as blocks:
        assert [next(blocks) for _ in range(2)]
        os.kill(list_makers()[0], signal.SIGKILL)
        with pytest.raises(WorkerError, match="ended early, with exit status -9"):
            list(blocks)

    assert not list_makers()


def test_process_that_cannot_be_started_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", fork)

    with pytest.raises(WorkerError, match="--count: cannot start a process: "):
        list(make_blocks_in_processes(name_lines(), 5, 2))
