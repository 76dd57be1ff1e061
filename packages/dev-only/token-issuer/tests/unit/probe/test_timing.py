# DEV-ONLY: never ship to production.
"""Deadlines, on virtual time."""

import pytest
from tests.virtual_time.clock import VirtualClock
from token_issuer.probe.timing import Deadline, Timing

pytestmark = pytest.mark.requirement("BV-3")


def test_deadline_counts_down_and_expires(clock: VirtualClock, timing: Timing) -> None:
    deadline = Deadline(timing.start_timer(), 5)
    clock.sleep(2)

    assert deadline.get_remaining_s() == 3
    assert deadline.shorten(1).get_remaining_s() == 1
    assert deadline.shorten(9).get_remaining_s() == 3
    clock.sleep(3)
    with pytest.raises(TimeoutError):
        deadline.get_remaining_s()
