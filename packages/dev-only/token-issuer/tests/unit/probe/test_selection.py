# DEV-ONLY: never ship to production.
"""Selection of checks by part, group or id."""

import pytest
from token_issuer.errors import ProbeError
from token_issuer.probe.baseline import BASELINE_CHECKS
from token_issuer.probe.selection import select
from token_issuer.probe.verifier import NAMES
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS

pytestmark = pytest.mark.requirement("BV-3")


def test_everything_is_selected_by_default() -> None:
    assert select([], [], NAMES).ids >= set(TOKEN_DEFECTS)


def test_parts_groups_and_ids_are_selected_and_skipped() -> None:
    algorithms = {id_ for id_, defect in TOKEN_DEFECTS.items() if defect.group == "algorithm"}

    chosen = select(["algorithm, signature-empty"], ["alg-none"], NAMES)

    assert chosen.ids == algorithms - {"alg-none"} | {"signature-empty", *BASELINE_CHECKS}
    assert select(["baseline"], [], NAMES).ids == set(BASELINE_CHECKS)
    assert select(["tokens"], [], NAMES).ids >= set(TOKEN_DEFECTS)
    assert not select(["keys"], [], NAMES).ids & set(TOKEN_DEFECTS)
    assert chosen.includes("signature-empty")


@pytest.mark.parametrize(
    ("name", "hint"), [("alg-nonee", "did you mean alg-none"), ("qqq", "token-issuer defects")]
)
@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_unknown_name_is_rejected_with_near_misses(option: str, name: str, hint: str) -> None:
    with pytest.raises(ProbeError, match=rf"{option}: .*'{name}'.*{hint}"):
        select([name] if option == "--only" else [], [name] if option == "--skip" else [], NAMES)


def test_empty_selection_is_rejected() -> None:
    with pytest.raises(ProbeError, match="no check is left"):
        select(["alg-none"], ["algorithm"], NAMES)
