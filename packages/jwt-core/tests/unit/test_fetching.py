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
