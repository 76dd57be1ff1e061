# DEV-ONLY: never ship to production.
"""`POST /token` over real HTTP."""

import base64
import gzip
import time
from typing import Any, Final

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

FORM: Final = "application/x-www-form-urlencoded"


@pytest.fixture
def key_set(http: httpx.Client) -> KeySet:
    return KeySet.import_key_set(http.get("/.well-known/jwks.json").json())


def decode(token: str, key_set: KeySet) -> tuple[dict[str, Any], dict[str, Any]]:
    decoded = jwt.decode(token, key_set, algorithms=["RS256"])
    return dict(decoded.header), dict(decoded.claims)


def assert_rfc_6749_error(response: httpx.Response, status: int, word: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-dev-only"] == "token-issuer"
    body = response.json()
    assert set(body) == {"error", "error_description"}
    assert word in body["error_description"]
    assert "Traceback" not in response.text


@pytest.mark.requirement("TI-1")
@pytest.mark.requirement("TI-2")
@pytest.mark.requirement("TI-4")
def test_token_is_minted_without_any_input(http: httpx.Client, key_set: KeySet) -> None:
    response = http.post("/token")
    answer = response.json()
    header, claims = decode(answer["access_token"], key_set)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-dev-only"] == "token-issuer"
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 900
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "dev-key"}
    assert abs(claims["iat"] - time.time()) < 60
    assert claims["exp"] == claims["iat"] + 900
    assert (claims["sub"], claims["aud"]) == ("dev-user", "stream-watcher-docker")


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    "request_parts",
    [
        {"json": {"sub": "alice", "aud": ["a", "b"], "claims": {"level": 5}}},
        {"data": {"sub": "alice", "aud": ["a", "b"], "claims": '{"level":5}'}},
        {"params": {"sub": "alice", "aud": ["a", "b"], "claims": '{"level":5}'}},
        {
            "json": {"sub": "alice", "aud": ["a", "b"]},
            "params": {"sub": "bob", "claims": '{"level":5}'},
        },
    ],
    ids=["json", "form", "query", "body-over-query"],
)  # fmt: skip
def test_token_is_minted_from_each_kind_of_input(
    http: httpx.Client, key_set: KeySet, request_parts: dict[str, Any]
) -> None:
    response = http.post("/token", **request_parts)
    claims = decode(response.json()["access_token"], key_set)[1]

    assert (claims["sub"], claims["aud"], claims["level"]) == ("alice", ["a", "b"], 5)


@pytest.mark.requirement("TI-1")
def test_oauth_client_gets_its_token(http: httpx.Client, key_set: KeySet) -> None:
    response = http.post(
        "/token",
        data={"grant_type": "client_credentials", "scope": "read write", "resource": "https://api.test"},
        auth=("my-app", "secret"),
    )  # fmt: skip
    claims = decode(response.json()["access_token"], key_set)[1]

    assert response.json()["scope"] == "read write"
    assert (claims["client_id"], claims["sub"]) == ("my-app", "my-app")
    assert (claims["scope"], claims["aud"]) == ("read write", "https://api.test")


@pytest.mark.requirement("TI-3")
def test_expired_token_can_be_made(http: httpx.Client, key_set: KeySet) -> None:
    response = http.post("/token", json={"exp": "-5m"})

    assert response.json()["expires_in"] == 0
    assert decode(response.json()["access_token"], key_set)[1]["exp"] < time.time() - 200


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("media_type", ["application/jwt", "text/plain"])
def test_bare_token_is_answered_when_asked_for(
    http: httpx.Client, key_set: KeySet, media_type: str
) -> None:
    response = http.post("/token", headers={"Accept": media_type})

    assert response.headers["content-type"].partition(";")[0] == media_type
    assert response.headers["cache-control"] == "no-store"
    assert decode(response.text, key_set)[1]["sub"] == "dev-user"


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("request_parts", "status", "word"),
    [
        ({"json": {"sub": 5}}, 400, "sub"),
        ({"json": {"nope": 5}}, 400, "nope"),
        ({"json": {"kid": "nope"}}, 400, "dev-key"),
        ({"json": {"exp": "soon"}}, 400, "exp"),
        ({"json": {"exp": True}}, 400, "exp"),
        ({"json": {"aud": "a", "audience": "b"}}, 400, "audience"),
        ({"json": []}, 400, "JSON"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "JSON"),
        ({"content": b"<a/>", "headers": {"Content-Type": "text/xml"}}, 415, "Content-Type"),
        ({"content": b"x"}, 415, "Content-Type"),
        ({"files": {"sub": b"alice"}}, 415, "Content-Type"),
        ({"content": b"sub=" + b"a" * 65_536, "headers": {"Content-Type": FORM}}, 413, "64 KiB"),
        ({"data": {"grant_type": "password"}}, 400, "grant_type"),
        ({"data": {"scope": "a  b"}}, 400, "scope"),
        ({"params": {"sub": ["a", "b"]}}, 400, "sub"),
        ({"params": {"kid": 'é"\\'}}, 400, "kid"),
        ({"headers": {"Authorization": "Basic nope"}}, 400, "Authorization"),
    ],
)
def test_bad_input_is_refused_by_name(
    http: httpx.Client, request_parts: dict[str, Any], status: int, word: str
) -> None:
    assert_rfc_6749_error(http.post("/token", **request_parts), status, word)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"sub": ["x"]}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": "é"}, "invalid_scope"),
    ],
)
def test_error_code_is_that_of_rfc_6749(
    http: httpx.Client, fields: dict[str, Any], error: str
) -> None:
    assert http.post("/token", json=fields).json()["error"] == error


@pytest.mark.requirement("TI-4")
def test_chunked_body_is_refused_when_it_grows_too_large(http: httpx.Client) -> None:
    chunks = (b"a" * 8192 for _ in range(9))
    response = http.post("/token", content=chunks, headers={"Content-Type": FORM})

    assert_rfc_6749_error(response, 413, "64 KiB")


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused_with_the_allowed_one(http: httpx.Client, method: str) -> None:
    response = http.request(method, "/token")

    assert_rfc_6749_error(response, 405, f"not allow {method}; expected one of OPTIONS, POST")
    assert "POST" in response.headers["allow"]


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("size", [1, 1000, 30_000])
def test_deeply_nested_claims_never_break_the_server(http: httpx.Client, size: int) -> None:
    body = b'{"claims":{"a":' + b"[" * size + b"]" * size + b"}}"
    response = http.post("/token", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code in {200, 400}


@pytest.mark.requirement("TI-1")
def test_basic_credentials_are_form_decoded(http: httpx.Client, key_set: KeySet) -> None:
    credentials = base64.b64encode(b"my%3Aapp+1:s").decode()
    response = http.post("/token", headers={"Authorization": f"Basic {credentials}"})

    assert decode(response.json()["access_token"], key_set)[1]["client_id"] == "my:app 1"


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize("send", ["data", "json", "params"])
def test_client_that_authenticates_by_an_assertion_gets_its_token(
    http: httpx.Client, key_set: KeySet, send: str
) -> None:
    parameters = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": "e30.e30.e30",
        "code_verifier": "x",
        "sub": "alice",
    }
    response = http.post("/token", **{send: parameters})  # type: ignore[arg-type]

    assert response.status_code == 200
    claims = jwt.decode(response.json()["access_token"], key_set).claims
    assert claims["sub"] == "alice"
    assert "client_assertion" not in claims


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("body", "error", "word"),
    [
        ("defct=alg-none", "invalid_request", "did you mean defect"),
        ("defct=a&defct=b", "invalid_request", "did you mean defect"),
        ("claims[department]=a", "invalid_request", "did you mean claims"),
        ("grant_type=client_credentials", "invalid_request", "grant_type: given 2 times"),
        ("scope=a&scope=b", "invalid_request", "scope: given 2 times"),
    ],
)
def test_oauth_client_is_told_of_misspelt_and_repeated_parameters(
    http: httpx.Client, body: str, error: str, word: str
) -> None:
    response = http.post(
        "/token",
        content=f"grant_type=client_credentials&{body}",
        headers={"Content-Type": FORM},
    )

    assert (response.status_code, response.json()["error"]) == (400, error)
    assert word in response.json()["error_description"]


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize("body", ["state=a&state=b", "permission=a&permission=", "user[name]=a"])
def test_repeated_and_nested_parameters_of_an_oauth_client_are_ignored(
    http: httpx.Client, body: str
) -> None:
    for content, status in ((f"grant_type=client_credentials&{body}", 200), (body, 400)):
        response = http.post("/token", content=content, headers={"Content-Type": FORM})

        assert response.status_code == status


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    "body", ["permission=a&permission=b", "scope=a&scope=b", "claims=x", "defct=a", "kid="]
)
def test_unsupported_grant_is_named_before_other_mistakes(http: httpx.Client, body: str) -> None:
    content = f"{body}&grant_type=urn:ietf:params:oauth:grant-type:uma-ticket"
    response = http.post("/token", content=content, headers={"Content-Type": FORM})

    assert response.json()["error"] == "unsupported_grant_type"


@pytest.mark.requirement("TI-1")
def test_empty_parameters_of_an_oauth_client_are_omitted(http: httpx.Client) -> None:
    body = "grant_type=client_credentials&scope=&resource=&refresh_token=&defect="
    headers = {"Content-Type": FORM}

    assert http.post("/token", content=body, headers=headers).status_code == 200


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZip", "deflate", "br", "gzip, gzip"])
@pytest.mark.parametrize("content_type", [FORM, "application/json"])
@pytest.mark.parametrize("extra", [{}, {"Origin": "http://localhost"}])  # fast path, full path
def test_compressed_body_is_refused_by_the_field(
    http: httpx.Client, encoding: str, content_type: str, extra: dict[str, str]
) -> None:
    headers = {"Content-Type": content_type, "Content-Encoding": encoding, **extra}
    response = http.post("/token", content=gzip.compress(b"sub=alice"), headers=headers)

    assert (response.status_code, response.json()["error"]) == (415, "invalid_request")
    assert response.headers["accept-encoding"] == "identity"
    assert f"Content-Encoding: '{encoding}'" in response.json()["error_description"]


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_body_without_compression_is_read(http: httpx.Client, encoding: str) -> None:
    headers = {"Content-Type": FORM, "Content-Encoding": encoding}

    assert http.post("/token", content=b"sub=alice", headers=headers).status_code == 200
