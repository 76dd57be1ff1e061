"""The page about Google's clients is rendered from the catalogue and the published facts."""

import pytest

from tests.google_clients.catalogue import LANGUAGES
from tests.google_clients.page import render_page
from tests.google_clients.published import PAGE, read_facts

pytestmark = pytest.mark.requirement("GO-5", "OPS-6")


def test_page_is_what_the_catalogue_and_the_facts_say() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == render_page(read_facts()), "render it again: ci/google-clients.sh --write"


def test_every_language_needs_a_variable() -> None:
    facts = read_facts()

    assert list(facts.needed) == list(LANGUAGES)
    assert all(set(names) <= set(facts.variables) for names in facts.needed.values())
    assert all(facts.needed.values())
