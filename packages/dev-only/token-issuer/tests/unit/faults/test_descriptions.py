# DEV-ONLY: never ship to production.
"""The kinds of faults in words: complete, and with the options and paths that `Fault` accepts."""

import pytest
from token_issuer.faults.descriptions import describe_fault_kinds
from token_issuer.faults.fault import Fault
from token_issuer.faults.kinds import FaultKind

pytestmark = pytest.mark.requirement("TI-13")


def test_each_kind_is_described() -> None:
    kinds = describe_fault_kinds()

    assert set(kinds) == set(FaultKind)
    assert all(kind["description"].endswith(".") for kind in kinds.values())


@pytest.mark.parametrize("kind", FaultKind)
def test_described_options_and_paths_are_accepted(kind: FaultKind) -> None:
    described = describe_fault_kinds()[kind]
    error = "invalid_grant" if kind is FaultKind.OAUTH_ERROR else None

    assert Fault(kind=kind, paths=tuple(described["paths"]), error=error).kind == kind
    assert set(described["options"]) <= set(Fault.__struct_encode_fields__)
