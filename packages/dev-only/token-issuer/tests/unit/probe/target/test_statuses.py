# DEV-ONLY: never ship to production.
"""Lists of statuses, as the options of a probe accept them."""

import pytest
from token_issuer.probe.target.statuses import parse_statuses

pytestmark = pytest.mark.requirement("BV-3")


def test_statuses_are_lists_of_numbers_and_ranges() -> None:
    assert parse_statuses("200-202, 302") == {200, 201, 202, 302}


@pytest.mark.parametrize("text", ["", "20", "600", "300-200", "200,", "abc", "200-", "-200"])
def test_wrong_statuses_are_explained(text: str) -> None:
    with pytest.raises(ValueError, match="expected statuses such as 401,403 or 400-499"):
        parse_statuses(text)
