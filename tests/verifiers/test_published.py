"""The published findings are those of a new probe."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Final

import pytest

from tests.verifiers.catalogue import VERIFIERS
from tests.verifiers.measuring import PROBE_TIMEOUT_S, Record, measure_all, summarize
from tests.verifiers.published import PUBLICATION

PUBLISHED: Final = PUBLICATION.read()["verifiers"]
OURS: Final = ("jwt-core", "reference-proxy")  # a release of ours is no reason for other findings


@pytest.fixture(scope="session")
def fresh_results() -> Iterator[dict[str, Future[Record]]]:
    with measure_all(VERIFIERS) as results:
        yield results


@pytest.mark.requirement("BV-4")
def test_every_verifier_is_published() -> None:
    assert list(PUBLISHED) == list(VERIFIERS)
    assert len(PUBLISHED) >= 7  # six third-party verifiers and the reference proxy


@pytest.mark.requirement("BV-4")
@pytest.mark.timeout(3 * PROBE_TIMEOUT_S + 300)  # the first test includes the installation
@pytest.mark.parametrize("name", VERIFIERS)
def test_new_probe_has_the_published_findings(
    fresh_results: dict[str, Future[Record]], name: str
) -> None:
    fresh, published = fresh_results[name].result(), PUBLISHED[name]

    if drop_ours(fresh["versions"]) == drop_ours(published["versions"]):
        assert summarize(fresh) == summarize(published)
    else:  # another version may have other findings, so only check that the probe completed
        assert not any(probe["stopped"] for probe in fresh["probes"].values())


def drop_ours(versions: dict[str, str]) -> dict[str, str]:
    return {name: version for name, version in versions.items() if name not in OURS}
