"""The page about relying parties is rendered from the published results."""

import pytest

from tests.relying_parties.catalogue import RELYING_PARTIES
from tests.relying_parties.notes import cite
from tests.relying_parties.published import PUBLICATION
from tests.verifiers.measuring import list_findings

pytestmark = pytest.mark.requirement("BV-5")


def test_page_is_what_the_results_say() -> None:
    page = PUBLICATION.page.read_text(encoding="utf-8")
    rendered = PUBLICATION.render_page(PUBLICATION.read())

    assert page == rendered, "render it again: ci/relying-parties.sh --write"


def test_at_least_nine_relying_parties_are_published() -> None:
    assert list(PUBLICATION.read()["relying_parties"]) == list(RELYING_PARTIES)
    assert len(RELYING_PARTIES) >= 9


@pytest.mark.parametrize("name", RELYING_PARTIES)
def test_each_finding_cites_a_specification(name: str) -> None:
    """A finding that no MUST or SHOULD supports would be an accusation."""
    for finding in list_findings(PUBLICATION.read()["relying_parties"][name]):
        is_demanded = any(word in cite(finding) for word in ("MUST", "SHOULD"))
        assert is_demanded or finding["severity"] == "low", finding["check"]
