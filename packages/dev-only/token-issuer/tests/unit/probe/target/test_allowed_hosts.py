# DEV-ONLY: never ship to production.
"""The URLs that may be probed."""

import socket

import pytest
from token_issuer.errors import ProbeError
from token_issuer.probe.target.allowed_hosts import check_target

pytestmark = pytest.mark.requirement("BV-3")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/",
        "http://127.0.0.1/orders",
        "http://127.8.9.10:1/",
        "http://[::1]:8080/",
        "https://LOCALHOST/",
    ],
)
def test_loopback_is_probed(url: str) -> None:
    assert check_target(url, None) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/",
        "http://0.0.0.0:8080/",
        "http://[2001:db8::1]/",
        "http://169.254.169.254/",
        "http://3221225985/",
    ],
)
def test_other_hosts_are_probed_only_if_they_are_named(url: str) -> None:
    host = url.removeprefix("http://").rstrip("/").removesuffix(":8080")
    with pytest.raises(ProbeError, match="is not on this machine"):
        check_target(url, None)
    with pytest.raises(ProbeError, match="is not the allowed host other"):
        check_target(url, "other")

    assert check_target(url, host) == url


def test_each_address_of_a_name_has_to_be_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, 80)) for address in ("127.0.0.1", "192.0.2.7")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(ProbeError, match=r"half\.example is not on this machine \(192\.0\.2\.7\)"):
        check_target("http://half.example/", None)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("localhost:8080", "is not a URL"),
        ("ftp://localhost/", "is not a URL"),
        ("http:///orders", "is not a URL"),
        ("http://localhost:0/", "is not a URL"),
        ("http://localhost:99999/", "out of range"),
        ("http://localhost/a b", "is not a URL"),
        ("http://localhost/\u00e9", "is not a URL"),
        ("http://localhost/\r\nX: 1", "is not a URL"),
        ("http://[::1/", "Invalid IPv6"),
        ("http://me:secret@localhost/", "credentials"),
        ("http://localhost/#top", "fragment"),
        ("http://no-such-host.invalid/", "cannot be resolved"),
    ],
)
def test_invalid_target_is_explained(url: str, problem: str) -> None:
    with pytest.raises(ProbeError, match=rf"^TARGET: .*{problem}") as caught:
        check_target(url, None)

    assert "secret" not in str(caught.value)
