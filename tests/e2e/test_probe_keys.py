"""How the reference proxy gets its keys, probed from the issuer's side."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conftest import Probe
from tests.services import Service, Start

pytestmark = [pytest.mark.requirement("BV-3", "BV-4"), pytest.mark.slow]

LONGEST_KEY_PART_S = 45
THOSE_THAT_NEED_FEW_FETCHES = (
    "keys-rotation",
    "keys-overlap",
    "keys-max-age",
    "keys-removal",
    "keys-unknown-kids",
)
FAULTS = 17

ProbeKeys = Callable[..., Mapping[str, Any]]


@pytest.fixture
def probe_keys(probe: Probe, start_issuer: Start, start_proxy: Start) -> ProbeKeys:
    """Return a function that probes a fresh proxy, and returns the report."""

    def run(*checks: str, **environ: str) -> Mapping[str, Any]:
        issuer = start_issuer()
        proxy: Service = start_proxy(issuer, **environ)
        report = probe(f"{proxy.url}/orders", issuer, "--only", ",".join(checks))
        assert report["findings"] == []
        assert report["duration_s"] < LONGEST_KEY_PART_S
        return report

    return run


def list_outcomes(report: Mapping[str, Any]) -> dict[str, str]:
    return {c["id"]: c["outcome"] for c in report["checks"] if c["part"] == "keys"}


def test_proxy_with_a_short_cooldown_passes_every_check_of_its_keys(probe_keys: ProbeKeys) -> None:
    outcomes = list_outcomes(probe_keys("keys", JWKS_COOLDOWN_S="1"))

    assert set(outcomes.values()) == {"passed"}, outcomes
    assert sum(check.startswith("keys-fault-") for check in outcomes) == FAULTS


def test_proxy_as_it_comes_passes_what_needs_few_fetches(probe_keys: ProbeKeys) -> None:
    report = probe_keys(*THOSE_THAT_NEED_FEW_FETCHES, JWKS_COOLDOWN_S="")

    assert list_outcomes(report) == dict.fromkeys(THOSE_THAT_NEED_FEW_FETCHES, "passed")
