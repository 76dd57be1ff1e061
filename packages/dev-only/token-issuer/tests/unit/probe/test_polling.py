# DEV-ONLY: never ship to production.
"""Repeated requests, on virtual time."""

from collections.abc import Iterator
from itertools import pairwise, repeat
from typing import Final

import pytest
from tests.virtual_time.clock import VirtualClock
from token_issuer.probe.polling import Polling, is_accepted, poll_until
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.client import TargetResponse
from token_issuer.probe.timing import Timing

pytestmark = pytest.mark.requirement("BV-3")

REFUSED: Final = TargetResponse(Reaction.REFUSED, 401, 0.0)
ACCEPTED: Final = TargetResponse(Reaction.ACCEPTED, 200, 0.0)


def poll(responses: Iterator[TargetResponse], limit_s: float, timing: Timing) -> Polling:
    return poll_until(lambda: next(responses), is_accepted, limit_s, timing)


def test_polling_ends_with_the_expected_response(timing: Timing) -> None:
    polling = poll(iter([REFUSED, REFUSED, ACCEPTED, REFUSED]), 10, timing)

    assert polling.is_reached
    assert polling.responses == (REFUSED, REFUSED, ACCEPTED)
    assert polling.duration_s == pytest.approx(0.1)


def test_polling_without_time_sends_one_request(timing: Timing) -> None:
    assert poll(repeat(REFUSED), 0, timing) == Polling((REFUSED,), 0.0, is_reached=False)


def test_polling_sends_every_50_ms_at_first_and_then_every_250_ms(
    clock: VirtualClock, timing: Timing
) -> None:
    times = []

    def send() -> TargetResponse:
        times.append(clock())
        return REFUSED

    polling = poll_until(send, is_accepted, 4, timing)

    assert not polling.is_reached
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[:39] == pytest.approx([0.05] * 39)  # for nearly two seconds
    assert pauses[-7:] == pytest.approx([0.25] * 7)
    assert 4 <= polling.duration_s < 4.25
