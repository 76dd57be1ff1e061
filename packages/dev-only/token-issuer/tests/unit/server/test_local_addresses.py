# DEV-ONLY: never ship to production.
"""The URLs of a server by the address on which it listens."""

import pytest
from token_issuer.server.addresses import format_local_address


@pytest.mark.requirement("TI-13")
@pytest.mark.parametrize(
    ("address", "url"),
    [
        (("127.0.0.1", 8081), "http://127.0.0.1:8081"),
        (("0.0.0.0", 8081), "http://127.0.0.1:8081"),  # noqa: S104  # not bound
        (("::", 8081, 0, 0), "http://[::1]:8081"),
        (("192.168.1.7", 80), "http://192.168.1.7:80"),
        (("issuer.test", 80), "http://issuer.test:80"),
    ],
)
def test_local_url_leads_to_this_machine_even_from_all_addresses(
    address: tuple[str, int], url: str
) -> None:
    assert format_local_address(address) == url
