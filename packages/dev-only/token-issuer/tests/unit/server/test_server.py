# DEV-ONLY: never ship to production.
import socket

import pytest
from token_issuer.errors import AddressError
from token_issuer.server.server import format_url, listen


@pytest.mark.requirement("TI-8")
def test_listener_is_opened_on_a_free_port() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]

        assert format_url(listener) == f"http://127.0.0.1:{port}"


@pytest.mark.requirement("TI-8")
def test_listener_says_tcp_so_that_asyncio_turns_nagle_off() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.requirement("TI-8")
@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_listener_has_brackets_in_its_url_when_ipv6() -> None:
    try:
        listener = listen("::1", 0)
    except AddressError:
        pytest.skip("no IPv6 loopback")
    with listener:
        assert format_url(listener).startswith("http://[::1]:")


@pytest.mark.requirement("TI-8")
def test_taken_port_is_refused_with_the_remedy() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(AddressError, match=rf"port {port}: Address already in use; choose"):
            listen("127.0.0.1", port)


@pytest.mark.requirement("TI-8")
@pytest.mark.parametrize("host", ["256.0.0.1.invalid", "a" * 70, "192.0.2.1"])
def test_host_that_is_not_here_is_refused(host: str) -> None:
    with pytest.raises(AddressError, match="TOKEN_ISSUER_HOST"):
        listen(host, 0)
