"""The reference proxy, probed with all that the issuer has."""

import pytest

from tests.conftest import Probe
from tests.services import Start

LONGEST_PROBE_S = 60


@pytest.mark.slow
@pytest.mark.requirement("BV-3", "BV-4")
@pytest.mark.parametrize("cooldown_s", ["0.2", ""])  # and as it comes
def test_reference_proxy_has_no_finding(
    probe: Probe, start_issuer: Start, start_proxy: Start, cooldown_s: str
) -> None:
    issuer = start_issuer()
    proxy = start_proxy(issuer, JWKS_COOLDOWN_S=cooldown_s)

    report = probe(f"{proxy.url}/orders", issuer)

    assert report["findings"] == []
    assert report["duration_s"] < LONGEST_PROBE_S
    seen = {check["part"] for check in report["checks"] if check["outcome"] == "passed"}
    assert seen == {"baseline", "tokens", "keys"}
    assert "crashed" not in {check["reaction"] for check in report["checks"]}
