# DEV-ONLY: never ship to production.
"""The rate and the number of requests to a target."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.virtual_time.clock import VirtualClock
from token_issuer.errors import ProbeError
from token_issuer.probe.target.rate_limit import RateLimiter
from token_issuer.probe.timing import Timing

pytestmark = pytest.mark.requirement("BV-3")


def test_first_request_is_sent_at_once_and_the_others_at_equal_intervals(
    clock: VirtualClock, timing: Timing
) -> None:
    limiter = RateLimiter(rate_per_s=20, timing=timing)
    times = []

    for _ in range(4):
        limiter.wait()
        times.append(clock())

    assert times == pytest.approx([0, 0.05, 0.1, 0.15])


def test_duration_of_a_request_is_part_of_the_interval(clock: VirtualClock, timing: Timing) -> None:
    limiter = RateLimiter(rate_per_s=10, timing=timing)

    limiter.wait()
    clock.sleep(0.08)
    limiter.wait()

    assert clock() == pytest.approx(0.1)


def test_unused_intervals_do_not_allow_a_burst(clock: VirtualClock, timing: Timing) -> None:
    limiter = RateLimiter(rate_per_s=10, timing=timing)

    limiter.wait()
    clock.sleep(60)
    limiter.wait()
    limiter.wait()

    assert clock() == pytest.approx(60.1)


def test_number_of_requests_is_limited(timing: Timing) -> None:
    limiter = RateLimiter(max_requests=3, timing=timing)

    for _ in range(3):
        limiter.wait()

    with pytest.raises(ProbeError, match="limit of 3 requests"):
        limiter.wait()


def test_threads_share_the_limits(clock: VirtualClock, timing: Timing) -> None:
    limiter = RateLimiter(rate_per_s=100, max_requests=50, timing=timing)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: limiter.wait(), range(50)))

    assert clock() > 0.489  # all threads together
    with pytest.raises(ProbeError):
        limiter.wait()
