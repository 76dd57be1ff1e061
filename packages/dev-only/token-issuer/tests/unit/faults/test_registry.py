# DEV-ONLY: never ship to production.
"""When faults end, and which input the registry rejects."""

from datetime import timedelta

import pytest
from token_issuer.errors import InvalidInputError
from token_issuer.faults.registry import FaultRegistry
from token_issuer.key_documents import KEY_DOCUMENTS, Format, KeyDocument
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


def test_added_fault_leaves_the_others_alone(keys: KeyService) -> None:
    now_s = 1000.0
    registry = FaultRegistry(keys, clock=lambda: now_s)
    registry.set({"kind": "stale"}, {"kind": "delay", "for": "10s"}, {"kind": "drip", "for": 5})
    assert registry.strike("/certs")
    now_s = 1006.0
    before = keys.view.get_document(Format.JWKS)
    keys.rotate(lead=timedelta(0))
    states = registry.add({"kind": "status", "paths": ["/token"]})

    assert [(each.number, each.fault.kind, each.struck) for each in states] == [
        (1, "stale", 1),
        (2, "delay", 1),
        (4, "status", 0),
    ]
    assert states[1].seconds_left == pytest.approx(4)
    struck = registry.strike("/certs")
    assert struck
    assert struck.change_document(keys.view.get_document(Format.JWKS)) == before
    assert registry.strike("/token")


def test_stale_documents_are_those_of_when_it_was_added(keys: KeyService) -> None:
    registry = FaultRegistry(keys)
    registry.set({"kind": "delay"})
    keys.rotate(lead=timedelta(0))
    added = keys.view.get_document(Format.JWKS)
    registry.add({"kind": "stale"})
    keys.rotate(lead=timedelta(0))

    struck = registry.strike("/certs")
    assert struck
    assert struck.change_document(keys.view.get_document(Format.JWKS)) == added


def test_removed_fault_leaves_the_others_alone(keys: KeyService) -> None:
    registry = FaultRegistry(keys)
    registry.set({"kind": "empty"}, {"kind": "status", "paths": ["/token"]}, {"kind": "delay"})
    registry.strike("/certs")
    states = registry.remove(2)

    assert [(each.number, each.struck) for each in states] == [(1, 1), (3, 1)]
    assert "/token" not in registry.paths
    with pytest.raises(InvalidInputError, match="no fault has the number 2"):
        registry.remove(2)


def test_fault_beyond_the_limit_is_rejected(keys: KeyService) -> None:
    registry = FaultRegistry(keys)
    registry.set(*[{"kind": "delay"}] * 49, {"kind": "status", "requests": 1})
    with pytest.raises(InvalidInputError, match="at most 50; remove one before"):
        registry.add({"kind": "empty"})
    registry.strike("/certs")

    assert registry.add({"kind": "empty"})[-1].fault.kind == "empty"


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
