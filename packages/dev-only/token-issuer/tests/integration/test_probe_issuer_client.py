# DEV-ONLY: never ship to production.
"""A probe leaves the issuer without faults, even if a signal stops it early."""

from collections.abc import Mapping

import pytest
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.testing import RunningIssuer


@pytest.mark.requirement("BV-3")
def test_faults_are_cleared_when_a_signal_interrupts_the_first_request_that_sets_some(
    token_issuer: RunningIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_and_stop(self: IssuerClient, *faults: Mapping[str, object]) -> None:
        set_faults(self, *faults)
        raise SystemExit  # as the handler of SIGTERM does, before the response arrives

    set_faults = IssuerClient.set_faults
    monkeypatch.setattr(IssuerClient, "set_faults", set_and_stop)

    with pytest.raises(SystemExit), IssuerClient(token_issuer.url):
        pytest.fail("the signal must stop it")

    assert token_issuer.faults.list() == []
