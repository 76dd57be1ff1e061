# DEV-ONLY: never ship to production.
"""Sending requests until something happens, on virtual time."""

from collections.abc import Iterator
from itertools import pairwise, repeat
from typing import Final

import pytest
from tests.virtual_time.clock import VirtualClock
from token_issuer.probe.polling import Polling, is_accepted, poll_until
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.target import Answer
from token_issuer.probe.timing import Deadline, Timing

pytestmark = pytest.mark.requirement("BV-3")

REFUSED: Final = Answer(Reaction.REFUSED, 401, 0.0)
ACCEPTED: Final = Answer(Reaction.ACCEPTED, 200, 0.0)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def timing(clock: VirtualClock) -> Timing:
    return Timing(clock, clock.sleep)


def watch_answers(answers: Iterator[Answer], bound_s: float, timing: Timing) -> Polling:
    return poll_until(lambda: next(answers), is_accepted, bound_s, timing)


def test_watch_ends_with_the_answer_that_was_waited_for(timing: Timing) -> None:
    seen = watch_answers(iter([REFUSED, REFUSED, ACCEPTED, REFUSED]), 10, timing)

    assert seen.is_reached
    assert seen.answers == (REFUSED, REFUSED, ACCEPTED)
    assert seen.duration_s == pytest.approx(0.1)


def test_watch_asks_once_where_there_is_no_time(timing: Timing) -> None:
    assert watch_answers(repeat(REFUSED), 0, timing) == Polling((REFUSED,), 0.0, is_reached=False)


def test_watch_asks_often_at_first_and_then_four_times_a_second(
    clock: VirtualClock, timing: Timing
) -> None:
    moments = []

    def ask() -> Answer:
        moments.append(clock())
        return REFUSED

    seen = poll_until(ask, is_accepted, 4, timing)

    assert not seen.is_reached
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses[:39] == pytest.approx([0.05] * 39)  # for nearly two seconds
    assert pauses[-7:] == pytest.approx([0.25] * 7)
    assert 4 <= seen.duration_s < 4.25


def test_deadline_counts_down_and_is_over(clock: VirtualClock, timing: Timing) -> None:
    deadline = Deadline(timing.start_timer(), 5)
    clock.sleep(2)

    assert deadline.get_remaining_s() == 3
    assert deadline.shorten(1).get_remaining_s() == 1
    assert deadline.shorten(9).get_remaining_s() == 3
    clock.sleep(3)
    with pytest.raises(TimeoutError):
        deadline.get_remaining_s()
