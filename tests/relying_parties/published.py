"""The published files: the raw results, and the page rendered from them."""

from typing import Final

from tests.machine import ROOT
from tests.relying_parties.catalogue import RELYING_PARTIES
from tests.relying_parties.measuring import measure_all
from tests.relying_parties.page import render_page
from tests.verifiers.publishing import Publication

PUBLICATION: Final = Publication(
    command="ci/relying-parties.sh",
    section="relying_parties",
    names=RELYING_PARTIES,
    measure_all=measure_all,
    render_page=render_page,
    results=ROOT / "docs/relying-parties.json",
    page=ROOT / "docs/relying-parties.md",
)
