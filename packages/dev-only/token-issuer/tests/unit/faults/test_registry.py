# DEV-ONLY: never ship to production.
"""When faults end, and which input the registry rejects."""

import pytest
from token_issuer.errors import InvalidInputError
from token_issuer.faults.registry import FaultRegistry
from token_issuer.key_documents import KEY_DOCUMENTS, KeyDocument
from token_issuer.keys.service import KeyService

pytestmark = pytest.mark.requirement("BV-2")


def test_time_ends_a_fault_to_the_second(keys: KeyService) -> None:
    now_s = 1000.0
    registry = FaultRegistry(keys, clock=lambda: now_s)
    registry.set({"kind": "status", "for": "10s", "requests": 3})

    now_s = 1009.9
    assert registry.strike("/certs") is not None
    (state,) = registry.list()
    assert (state.requests_left, state.is_over) == (2, False)
    assert state.seconds_left == pytest.approx(0.1)
    now_s = 1010.0
    assert registry.strike("/certs") is None
    assert registry.list()[0].is_over


def test_wrong_fault_leaves_those_that_are_on(keys: KeyService) -> None:
    registry = FaultRegistry(keys)
    registry.set({"kind": "empty"})
    with pytest.raises(InvalidInputError, match="did you mean drip"):
        registry.set({"kind": "reset"}, {"kind": "drop"})

    assert [state.fault.kind for state in registry.list()] == ["empty"]


def test_unknown_option_is_rejected_with_those_that_resemble_it(keys: KeyService) -> None:
    with pytest.raises(
        InvalidInputError, match=r"unknown option 'dealy' \(did you mean delay"
    ) as e:
        FaultRegistry(keys).set({"kind": "delay", "dealy": "5s"})

    assert e.value.fields == ("dealy",)


@pytest.mark.parametrize("document", [d for d in KEY_DOCUMENTS if not d.is_of_account])
def test_added_key_stays_the_same_while_the_fault_is_set(
    keys: KeyService, document: KeyDocument
) -> None:
    registry = FaultRegistry(keys)
    registry.set({"kind": "weak-key"})
    first, second = (registry.strike(document.path) for _ in range(2))

    assert first
    assert second
    good = keys.view.get_document(document.format, document.algorithm)
    assert first.change_document(good).etag == second.change_document(good).etag != good.etag
