# DEV-ONLY: never ship to production.
"""When faults end."""

import pytest
from token_issuer.errors import InvalidInputError
from token_issuer.faults.registry import FaultRegistry
from token_issuer.keys.service import KeyService

pytestmark = pytest.mark.requirement("BV-2")


def test_time_ends_a_fault_to_the_second(keys: KeyService) -> None:
    now_s = 1000.0
    board = FaultRegistry(keys, clock=lambda: now_s)
    board.set({"kind": "status", "for": "10s", "requests": 3})

    now_s = 1009.9
    assert board.claim("/certs") is not None
    (state,) = board.list()
    assert (state.requests_left, state.is_over) == (2, False)
    assert state.seconds_left == pytest.approx(0.1)
    now_s = 1010.0
    assert board.claim("/certs") is None
    assert board.list()[0].is_over


def test_wrong_fault_leaves_those_that_are_on(keys: KeyService) -> None:
    board = FaultRegistry(keys)
    board.set({"kind": "empty"})
    with pytest.raises(InvalidInputError, match="did you mean drip"):
        board.set({"kind": "reset"}, {"kind": "drop"})

    assert [state.fault.kind for state in board.list()] == ["empty"]
