"""The reference proxy, probed with all that the issuer has."""

import json
import subprocess

import pytest

from tests.conftest import ISSUER_COMMAND
from tests.services import Start

LONGEST_PROBE_S = 60


@pytest.mark.requirement("BV-3", "BV-4")
def test_reference_proxy_has_no_finding(
    base_environ: dict[str, str], start_issuer: Start, start_proxy: Start
) -> None:
    issuer = start_issuer()
    proxy = start_proxy(issuer)

    result = subprocess.run(
        [str(ISSUER_COMMAND), "probe", f"{proxy.url}/orders", "--issuer", issuer.url, "--json"],
        env=base_environ,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    report = json.loads(result.stdout)
    assert report["findings"] == []
    assert result.returncode == 0
    assert report["duration_s"] < LONGEST_PROBE_S
    seen = {check["part"] for check in report["checks"] if check["outcome"] == "passed"}
    assert seen == {"baseline", "tokens", "keys"}
    assert "crashed" not in {check["reaction"] for check in report["checks"]}
