# DEV-ONLY: never ship to production.
"""Which URIs a browser may be sent to."""

import pytest
from token_issuer.oauth.redirect_uris import is_allowed, is_local

pytestmark = pytest.mark.requirement("LG-1")


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost/callback", "https://localhost:3000/callback", "http://127.0.0.1:1",
        "http://127.8.9.1/", "http://[::1]:80/x?y=1&z=%20", "http://app.localhost:3000/",
        "http://LOCALHOST/", "http://app:3000/callback", "http://oauth2-proxy/oauth2/callback",
        "http://my_app/", "https://app?x=1", "http://localhost", "http://127.1/", "http://a1/",
    ],
)  # fmt: skip
def test_local_uris_are_accepted_without_a_declaration(uri: str) -> None:
    assert is_local(uri)
    assert is_allowed(uri, ())


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/", "http://evil.example:3000/callback", "http://10.0.0.1/",
        "http://192.168.0.1/", "http://0.0.0.0/", "http://[::]/", "http://[2001:db8::1]/",
        "http://localhost@evil.example/", "http://localhost:80@evil.example/",
        "http://evil.example\\@localhost/", "http://localhost\\.evil.example/",
        "http://localhost.evil.example/", "http://evil.example#@localhost/", "//evil.example/",
        "http://localhost/#fragment", "http://localhost/\r\nSet-Cookie: x", "http://localhost/\n",
        "http://localhost/ x", "http://evil%2eexample/", "http://evil。example/",
        "http://134744072/", "http://0x08080808/", "http://0X8/", "http://010/", "http://8.8/",
        "http:///evil.example", "http:evil.example", "http://", "http://:80/", "http://./",
        "http://evil.example./", "http://app./", "javascript:alert(1)", "data:text/html,x",
        "ftp://localhost/", "file:///etc/passwd", "app:/callback", "com.example.app:/callback",
        "/callback", "localhost:3000/callback", "", "http://localhost/<b>", 'http://localhost/"',
        "http://[::1/", "http://[::1]x/", "http://[localhost]/", "http://user@app/",
        "http://localhost:123456/", "http://localhost:x/", "\thttp://localhost/",
        "http://ⓛocalhost/", "http://app,evil.example/", "http://app;x/", "http://a..b/",
    ],
)  # fmt: skip
@pytest.mark.must("authorization", "The endpoint is not an open redirector.", "RFC 9700 §4.11")
def test_other_uris_need_a_declaration(uri: str) -> None:
    assert not is_local(uri)
    assert not is_allowed(uri, ())


@pytest.mark.parametrize(
    ("declared", "uri", "is_equal"),
    [
        ("https://app.test/cb", "https://app.test/cb", True),
        ("https://app.test/cb", "https://app.test/cb/", False),
        ("https://app.test/cb", "https://app.test/CB", False),
        ("https://app.test/cb", "https://APP.test/cb", False),
        ("https://app.test/cb", "https://app.test:443/cb", False),
        ("https://app.test/cb", "http://app.test/cb", False),
        ("https://app.test/cb", "https://app.test/cb?x=1", False),
        ("https://app.test/cb", "https://app.test/a/../cb", False),
        ("https://app.test/cb", "https://app.test/%63b", False),
        ("https://app.test/cb", "https://app.test.evil.example/cb", False),
        ("https://app.test/cb?x=1", "https://app.test/cb?x=1", True),
        ("com.example.app:/cb", "com.example.app:/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", True),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", True),
        ("http://[::1]/cb", "http://[::1]:51004/cb", True),
        ("http://localhost:3000/cb", "http://localhost:51004/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb2", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb?x=1", False),
        ("http://127.0.0.1/cb", "http://127.0.0.2:51004/cb", False),
        ("http://127.0.0.1/cb", "http://localhost:51004/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:x@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", False),
        ("http://127.0.0.1", "http://127.0.0.1:1.evil.example", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb#x", False),
        ("http://app:3000/cb", "http://app:3001/cb", False),
        ("https://localhost/cb", "https://localhost:3000/cb", False),
    ],
)
@pytest.mark.must(
    "authorization",
    "Redirect URIs are compared as strings.",
    "RFC 9700 §4.1.3",
    "oidcc-redirect-uri-query-OK",
    "oidcc-redirect-uri-query-mismatch",
    "oidcc-redirect-uri-query-added",
)
@pytest.mark.must("authorization", "The port of a loopback redirect URI may vary.", "RFC 8252 §7.3")
def test_declared_uris_are_compared_as_strings_but_for_a_loopback_port(
    declared: str, uri: str, *, is_equal: bool
) -> None:
    assert is_allowed(uri, (declared,)) is is_equal


def test_declaration_excludes_local_uris() -> None:
    assert not is_allowed("http://localhost/", ("https://app.test/cb",))
