# DEV-ONLY: never ship to production.
"""The public keys over real HTTP, with verifiers nobody here wrote."""

from typing import Final

import httpx
import jwt
import pytest
from proxy_guard.dev_marks import WATERMARK_TEXT

PRIVATE_MEMBERS: Final = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.mark.requirement("TI-5")
@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/certs", "/oauth2/v3/certs"])
def test_jwks_is_served(http: httpx.Client, path: str) -> None:
    response = http.get(path)
    document = response.json()

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"].startswith("public, max-age=")
    assert response.headers["x-dev-only"] == "token-issuer"
    assert document["dev_only"] is True
    keys = [key for key in document["keys"] if key["alg"] == "RS256"]
    assert keys
    for key in keys:
        assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
        assert key["n"].startswith(WATERMARK_TEXT)
    assert not [key for key in document["keys"] if PRIVATE_MEMBERS & set(key)]


@pytest.mark.requirement("TI-5")
@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/certs", "/health", "/openapi.json"])
def test_head_answers_like_get_without_body(http: httpx.Client, path: str) -> None:
    get, head = http.get(path), http.head(path)

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.requirement("TI-5")
def test_pyjwt_verifies_a_token_through_the_endpoint(http: httpx.Client) -> None:
    token = http.post("/token", json={"sub": "alice"}).json()["access_token"]
    client = jwt.PyJWKClient(str(http.base_url.join("/.well-known/jwks.json")))

    claims = jwt.decode(
        token,
        client.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        audience="stream-watcher-docker",
        issuer="https://issuer.local",
    )

    assert claims["sub"] == "alice"
