# DEV-ONLY: never ship to production.
"""Addresses on which, and from which, the proxy does not work."""

from pathlib import Path

import pytest
from token_issuer.errors import FrontError
from token_issuer.front import addresses
from token_issuer.front.addresses import check_listening_host, is_public_address

pytestmark = pytest.mark.requirement("GO-6")


@pytest.fixture(autouse=True)
def no_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_CONTAINER_FILES", ())


@pytest.mark.parametrize("text", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_public_address_is_recognised(text: str) -> None:
    assert is_public_address(text)


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "::1", "10.0.0.7", "172.17.0.2", "192.168.1.2", "169.254.1.1"),
        *("100.64.0.1", "fd00::7", "fe80::1%eth0", "::ffff:10.0.0.7", "0.0.0.0"),  # noqa: S104
    ],
)
def test_private_address_is_recognised(text: str) -> None:
    assert not is_public_address(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "10.0.0.7", "no such host"])
def test_loopback_and_private_hosts_are_accepted(host: str) -> None:
    check_listening_host(host, {})


@pytest.mark.parametrize("host", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_host_is_rejected(host: str) -> None:
    with pytest.raises(FrontError, match="is a public address"):
        check_listening_host(host, {})


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "::", "::ffff:0.0.0.0"])  # noqa: S104
def test_all_addresses_are_accepted_in_a_container_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    with pytest.raises(FrontError, match=r"stands for all networks.*choose 127\.0\.0\.1"):
        check_listening_host(host, {})

    check_listening_host(host, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    monkeypatch.setattr(addresses, "_CONTAINER_FILES", (str(tmp_path),))
    check_listening_host(host, {})
