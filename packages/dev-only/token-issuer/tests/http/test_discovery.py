# DEV-ONLY: never ship to production.
"""The discovery document and `/tokeninfo` over real HTTP."""

import httpx
import pytest


@pytest.mark.requirement("GO-2")
def test_discovery_names_only_what_is_served(http: httpx.Client) -> None:
    response = http.get("/.well-known/openid-configuration")
    document = response.json()

    assert response.headers["x-dev-only"] == "token-issuer"
    assert document["issuer"] == "https://issuer.local"
    assert document["grant_types_supported"][0] == "client_credentials"
    assert http.get(document["jwks_uri"]).json()["keys"]
    assert http.post(
        document["token_endpoint"], data={"grant_type": "client_credentials"}
    ).is_success
    for name in document:
        if name.endswith("_endpoint"):
            assert http.get(document[name]).status_code != 404, name
    assert "admin" not in response.text


@pytest.mark.requirement("GO-2")
def test_endpoints_are_where_the_client_came_but_the_issuer_is_not(http: httpx.Client) -> None:
    document = http.get(
        "/.well-known/openid-configuration", headers={"Host": "token-issuer:8081"}
    ).json()

    assert document["issuer"] == "https://issuer.local"
    assert document["jwks_uri"] == "http://token-issuer:8081/.well-known/jwks.json"
    assert document["token_endpoint"] == "http://token-issuer:8081/token"


@pytest.mark.requirement("GO-2")
@pytest.mark.parametrize("host", ["a b", "evil.test/x", "user@evil.test", "a:b:c", ""])
def test_host_that_is_none_is_refused(http: httpx.Client, host: str) -> None:
    response = http.get("/.well-known/openid-configuration", headers={"Host": host})

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.requirement("GO-2")
@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_tokeninfo_tells_a_valid_token_as_text(http: httpx.Client, alg: str) -> None:
    answer = http.post("/token", json={"profile": "google", "alg": alg, "claims": {"roles": ["a"]}})
    response = http.get("/tokeninfo", params={"id_token": answer.json()["access_token"]})
    described = response.json()

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert all(isinstance(value, str) for value in described.values())
    assert (described["alg"], described["typ"]) == (alg, "JWT")
    assert described["email_verified"] == "true"
    assert described["roles"] == '["a"]'
    assert int(described["exp"]) - int(described["iat"]) == 3600
    assert described["kid"] in {key["kid"] for key in http.get("/certs").json()["keys"]}


@pytest.mark.requirement("GO-2")
@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"exp": "-1s"}, "expired"),
        ({"claims": {"iss": None}}, "iss"),
        ({"claims": {"aud": [5]}}, "id_token: "),
        ({"claims": {"aud": 5}}, "iss or aud is missing or not a string"),
        ({"claims": {"exp": None}}, "exp"),
    ],
)
def test_tokeninfo_refuses_a_token_that_is_not_valid(
    http: httpx.Client, fields: dict[str, object], word: str
) -> None:
    token = http.post("/token", json=fields).json()["access_token"]
    response = http.get("/tokeninfo", params={"id_token": token})

    assert response.status_code == 400
    assert word in response.json()["detail"]
    assert token not in response.text


@pytest.mark.requirement("GO-2")
@pytest.mark.parametrize(
    "query",
    ["", "id_token=", "id_token=x", "id_token=a.b.c", "id_token=a&id_token=b", "id_token=%FF"],
)
def test_tokeninfo_refuses_what_is_no_token(http: httpx.Client, query: str) -> None:
    response = http.get(f"/tokeninfo?{query}")

    assert response.status_code == 400
    assert response.json()["detail"].startswith("id_token: ")


@pytest.mark.requirement("GO-2")
@pytest.mark.parametrize("query", ["", "id_token=", "id_token=a&id_token=b"])
def test_tokeninfo_expects_one_token(http: httpx.Client, query: str) -> None:
    detail = http.get(f"/tokeninfo?{query}").json()["detail"]

    assert detail == "id_token: expected one token, as /tokeninfo?id_token=eyJ..."
