# DEV-ONLY: never ship to production.
"""Virtual time for the probe."""

import pytest
from tests.virtual_time.clock import VirtualClock
from token_issuer.probe.timing import Timing


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def timing(clock: VirtualClock) -> Timing:
    return Timing(clock, clock.sleep)
