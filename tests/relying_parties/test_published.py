"""The published findings are those of a new probe, and each remedy closes what it names."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Final

import pytest

from tests.relying_parties.catalogue import RELYING_PARTIES
from tests.relying_parties.measuring import measure, measure_all
from tests.relying_parties.published import PUBLICATION
from tests.verifiers.measuring import PROBE_TIMEOUT_S, Record, summarize

UNSTEADY: Final = ("keys-", "refresh-")
"""The first characters of the checks whose results depend on the speed of the machine.

The probe tries as many faults of the key endpoint as its time allows, and some applications refresh
their tokens when a second has passed since the login.
"""
PUBLISHED: Final = PUBLICATION.read()["relying_parties"]


# In Chromium each login takes seconds: a probe takes as long as those of all others together.
SELECTED: Final = [
    pytest.param(name, marks=[pytest.mark.slow] if party.application.needs_script else [])
    for name, party in RELYING_PARTIES.items()
]


@pytest.fixture(scope="session")
def fresh_results(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Record]]]:
    """Probe the relying parties whose tests are selected."""
    cases = [getattr(item, "callspec", None) for item in request.session.items]
    with measure_all(case.params["name"] for case in cases if case is not None) as results:
        yield results


def find_repeatable(record: Record) -> tuple[set[tuple[str, str]], set[str]]:
    """Return the findings, and what the remedies close, without the unsteady checks."""
    findings = {each for each in summarize(record) if not each[0].startswith(UNSTEADY)}
    closed = {check for checks in record["remedies"].values() for check in checks}
    return findings, {check for check in closed if not check.startswith(UNSTEADY)}


@pytest.mark.requirement("BV-5")
def test_every_relying_party_is_published() -> None:
    assert list(PUBLISHED) == list(RELYING_PARTIES)
    assert len(PUBLISHED) >= 9


@pytest.mark.requirement("BV-5")
@pytest.mark.timeout(4 * PROBE_TIMEOUT_S + 600)  # the first test includes the installation
@pytest.mark.parametrize("name", SELECTED)
def test_new_probe_has_the_published_findings(
    fresh_results: dict[str, Future[Record]], name: str
) -> None:
    fresh, published = fresh_results[name].result(), PUBLISHED[name]

    if fresh["versions"] == published["versions"]:
        expected = find_repeatable(published)
        if find_repeatable(fresh) != expected:  # on a busy machine, one login may take too long
            fresh = measure(RELYING_PARTIES[name])
        assert find_repeatable(fresh) == expected
    else:  # another version may have other findings, so only check that the probe completed
        assert not any(report["stopped"] for report in fresh["probes"].values())
