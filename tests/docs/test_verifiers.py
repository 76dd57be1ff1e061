"""The page about third-party verifiers is rendered from the published results."""

import pytest

from tests.verifiers.measuring import list_checks, list_findings
from tests.verifiers.published import PUBLICATION


@pytest.mark.requirement("BV-4")
def test_page_is_what_the_results_say() -> None:
    page = PUBLICATION.page.read_text(encoding="utf-8")
    rendered = PUBLICATION.render_page(PUBLICATION.read())

    assert page == rendered, "render it again: ci/verifiers.sh --write"


@pytest.mark.requirement("BV-4")
def test_reference_proxy_has_no_finding() -> None:
    record = PUBLICATION.read()["verifiers"]["reference-proxy"]

    assert list_findings(record) == []
    assert {check["reaction"] for check in list_checks(record)} <= {"accepted", "refused", None}
