from datetime import timedelta

import pytest
from jwt_core.remote import RemoteKeySet

pytestmark = pytest.mark.requirement("JC-3")


@pytest.mark.parametrize(
    "uri",
    [
        "http://token.example:8080/jwks.json",
        "HTTPS://token.example/.well-known/jwks.json?tenant=a",
        "https://[::1]:8443/jwks",
        "https://token.example:/jwks",
        "https://token.example:1/jwks",
        "https://token.example:65535/jwks",
        "https://token.example:00443/jwks",
        "https://token.example./jwks",
        "https://issuer_1.internal/jwks",
        "http://192.0.2.1/a%20b?c=%23",
        "https://schlüssel.example/schlüssel",
    ],
)
def test_absolute_http_uri_is_accepted(uri: str) -> None:
    RemoteKeySet(uri)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("", "absolute"),
        ("jwks.json", "absolute"),
        ("token.example/jwks.json", "absolute"),
        ("//token.example/jwks.json", "absolute"),
        ("ftp://token.example/jwks.json", "absolute"),
        ("file:///etc/jwks.json", "absolute"),
        ("http:///jwks.json", "absolute"),
        ("https://user:secret@token.example/", "user information"),
        ("https://@token.example/", "user information"),
        ("https://token.example/#keys", "fragment"),
        ("https://token.example/#", "fragment"),
        ("https://[::1/", "not a valid URI"),
        ("https://token.example:port/", "not a valid URI"),
        ("https://token\x00.example/", "not a valid URI"),
        ("https://token.example:65536/", "port from 1 to 65535"),
        ("https://token.example:99999/", "port from 1 to 65535"),
        ("https://token.example:4294967739/", "port from 1 to 65535"),
        ("https://token.example:0/", "port from 1 to 65535"),
        ("https://token.example:-1/", "port from 1 to 65535"),
        ("https://token.example:\uff18\uff10/", "port from 1 to 65535"),
        ("https://token.example:80:80/", "not a valid URI"),
        ("https://token.example:0x50/", "not a valid URI"),
        ("https://token.example:8 0/", "blank"),
        ("https://[::1]:65536/", "port from 1 to 65535"),
        ("https://:8443/", "absolute"),
        ("https://?query", "absolute"),
        (" https://token.example/", "blank"),
        ("https://token.example/ ", "blank"),
        ("https://token.example/a b", "blank"),
        ("https://token .example/", "blank"),
        ("https://token.example/\n", "control character"),
        ("https://tok\ten.example/", "control character"),
        ("https://token.example/\u200b", "control character"),
        ("https://token.example\\@evil.example/", "backslash"),
        ("https://token..example/", "invalid host name"),
        ("https://.token.example/", "invalid host name"),
        ("https://%74oken.example/", "invalid host name"),
        ("https://" + "a" * 64 + ".example/", "invalid host name"),
        ("https://" + "a." * 127 + "example/", "invalid host name"),
        ("https://token.example,other.example/", "invalid host name"),
        ("https://user@token.example/", "user information"),
        ("https://user:secret@token.example:99999/", "user information"),
    ],
)
def test_other_uri_is_refused_without_quoting_it(uri: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected) as caught:
        RemoteKeySet(uri)
    assert "secret" not in str(caught.value)


def test_bounds_must_be_positive() -> None:
    with pytest.raises(ValueError, match="timeout must be a positive"):
        RemoteKeySet("https://token.example/", timeout=timedelta(0))
    with pytest.raises(ValueError, match="max_document_bytes must be positive"):
        RemoteKeySet("https://token.example/", max_document_bytes=0)
