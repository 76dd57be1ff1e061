"""The published files: the raw results, and the page rendered from them."""

from typing import Final

from tests.machine import ROOT
from tests.verifiers.catalogue import VERIFIERS
from tests.verifiers.measuring import measure_all
from tests.verifiers.page import render_page
from tests.verifiers.publishing import Publication

PUBLICATION: Final = Publication(
    command="ci/verifiers.sh",
    section="verifiers",
    names=VERIFIERS,
    measure_all=measure_all,
    render_page=render_page,
    results=ROOT / "docs/verifiers.json",
    page=ROOT / "docs/verifiers.md",
)
