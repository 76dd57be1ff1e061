# DEV-ONLY: never ship to production.
"""How fast, and how often, a target is asked."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.virtual_time.clock import VirtualClock
from token_issuer.probe.errors import ProbeError
from token_issuer.probe.target.rate_limit import RateLimiter
from token_issuer.probe.timing import Timing

pytestmark = pytest.mark.requirement("BV-3")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def timing(clock: VirtualClock) -> Timing:
    return Timing(clock, clock.sleep)


def test_first_request_goes_at_once_and_the_others_in_equal_intervals(
    clock: VirtualClock, timing: Timing
) -> None:
    pace = RateLimiter(rate=20, timing=timing)
    moments = []

    for _ in range(4):
        pace.wait()
        moments.append(clock())

    assert moments == pytest.approx([0, 0.05, 0.1, 0.15])


def test_time_that_a_request_takes_is_no_reason_to_wait_longer(
    clock: VirtualClock, timing: Timing
) -> None:
    pace = RateLimiter(rate=10, timing=timing)

    pace.wait()
    clock.sleep(0.08)
    pace.wait()

    assert clock() == pytest.approx(0.1)


def test_requests_that_were_not_sent_are_not_made_up_for(
    clock: VirtualClock, timing: Timing
) -> None:
    pace = RateLimiter(rate=10, timing=timing)

    pace.wait()
    clock.sleep(60)
    pace.wait()
    pace.wait()

    assert clock() == pytest.approx(60.1)


def test_requests_are_bounded_in_number(timing: Timing) -> None:
    pace = RateLimiter(most=3, timing=timing)

    for _ in range(3):
        pace.wait()

    with pytest.raises(ProbeError, match="as many requests as it may"):
        pace.wait()


def test_threads_share_the_bound(clock: VirtualClock, timing: Timing) -> None:
    pace = RateLimiter(rate=100, most=50, timing=timing)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pace.wait(), range(50)))

    assert clock() > 0.489  # all threads together
    with pytest.raises(ProbeError):
        pace.wait()
