"""Hosts that are this machine or the host of this container."""

import pytest
from proxy_guard.addresses import is_ipv6, is_local

pytestmark = pytest.mark.requirement("PG-1")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "a.b.localhost.",
        "127.0.0.1",
        "0x7f.1",
        "0x",
        "0177.1",
        "0127.0.0.1",
        "172.17.0.1",
        "172.31.0.1",
        "[::1]",
        "::",
        "::ffff:172.17.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "",
    ],
)
def test_host_is_local(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        "localhosts",
        "notlocalhost",
        "docker.internal.example.com",
        "126.0.0.1",
        "128.0.0.1",
        "127.0.0.256",
        "127.0.65536",
        "4294967296",
        "127.0.0.0.1",
        "127..1",
        "127.0.0.-1",
        "127.0.0.1_0",
        "172.16.0.1",
        "172.32.0.1",
        "172.17.0.2",
        "192.168.65.3",
        "0x7g",
        "::2:0:0:1",
        "::ffff:128.0.0.1",
        "64:ff9b::203.0.113.1",
        "2002:cb00:7101::1",
        "1::1",
        "::g",
        "\u00b2",
    ],
)
def test_host_is_not_local(host: str) -> None:
    assert not is_local(host)


def test_ipv6_needs_the_whole_text_to_be_an_address() -> None:
    assert is_ipv6("2001:db8::1")
    assert not is_ipv6("2001:db8::1/64")
