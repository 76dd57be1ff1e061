# DEV-ONLY: never ship to production.
"""A probe leaves the issuer without faults, even if a signal stops it early."""

from collections.abc import Mapping

import pytest
from tests import patient_http
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


@pytest.mark.requirement("BV-3")
@pytest.mark.token_issuer(public_url="http://gateway.test/realms/dev", issuers={"staff": {}})
@pytest.mark.parametrize("path", ["", "/realms/dev"])
@pytest.mark.parametrize("name", ["", "/staff"])
def test_fetches_from_the_issuer_of_the_probe_are_counted_alone(
    token_issuer: RunningIssuer, name: str, path: str
) -> None:
    """The target and the probe may reach the issuer with and without the path of its URL."""
    with IssuerClient(f"{token_issuer.url}{path}{name}") as client:
        for prefix in ("", "/realms/dev", "/staff", "/realms/dev/staff"):
            assert patient_http.get(f"{token_issuer.url}{prefix}/certs").status_code == 200
        patient_http.get(f"{token_issuer.url}{name}/attacker/jwks.json")

        assert client.count_key_fetches() == 2
        assert client.count_attacker_hits() == 1
        assert client.list_key_hosts() == {token_issuer.url.removeprefix("http://")}
