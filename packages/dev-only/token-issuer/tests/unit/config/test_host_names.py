# DEV-ONLY: never ship to production.
import pytest
from token_issuer.config.host_names import (
    is_loopback_address,
    is_loopback_name,
    normalize_host_name,
)

pytestmark = pytest.mark.requirement("TI-9")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost", "localhost"),
        ("LocalHost.", "localhost"),
        ("token-issuer", "token-issuer"),
        ("my_issuer.test.", "my_issuer.test"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("::1", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[FE80::A]", "fe80::a"),
    ],
)
def test_host_name_has_one_spelling(text: str, expected: str) -> None:
    assert normalize_host_name(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a..b",
        "a b",
        "a:80",
        "[::1]:80",
        "[::1",
        "::g",
        "http://a",
        "*",
        "a/b",
        "ä.test",
        "a" * 254,
    ],
)
def test_invalid_host_name_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="expected a host name or address"):
        normalize_host_name(text)


@pytest.mark.parametrize(
    ("name", "is_address", "is_name"),
    [
        ("localhost", True, True),
        ("LOCALHOST.", True, True),
        ("127.0.0.1", True, True),
        ("127.255.3.4", True, True),
        ("127.1", True, True),
        ("::1", True, True),
        ("[::1]", True, True),
        ("::ffff:127.0.0.1", True, True),
        ("app.localhost", False, True),
        ("app.localhost.", False, True),
        ("localhost.evil.test", False, False),
        ("notlocalhost", False, False),
        ("127.0.0.1.nip.io", False, False),
        ("127.0.0.1.", True, True),
        ("127.0.0.256", False, False),
        ("0.0.0.0", False, False),  # noqa: S104  # not an address to listen on
        ("::", False, False),
        ("192.168.0.1", False, False),
        ("::ffff:192.168.0.1", False, False),
        ("", False, False),
    ],
)
def test_loopback_hosts_are_recognized(name: str, *, is_address: bool, is_name: bool) -> None:
    assert is_loopback_address(name) is is_address
    assert is_loopback_name(name) is is_name
