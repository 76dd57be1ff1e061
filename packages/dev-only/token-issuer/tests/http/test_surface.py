# DEV-ONLY: never ship to production.
"""What holds for the whole HTTP surface."""

import httpx
import pytest


@pytest.mark.requirement("TI-8")
def test_health_is_ok(http: httpx.Client) -> None:
    response = http.get("/health")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "kid": "dev-key"}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("path", ["/", "/nope", "/token/nope", "/schema", "/docs", "/%00", "/é"])
def test_unknown_path_is_a_problem_document(http: httpx.Client, path: str) -> None:
    response = http.get(path)

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-dev-only"] == "token-issuer"
    assert response.json()["status"] == 404


@pytest.mark.requirement("TI-4")
def test_other_methods_are_refused_on_key_documents(http: httpx.Client) -> None:
    response = http.post("/certs")

    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("path", ["/certs", "/health", "/openapi.json", "/defects/alg-none"])
def test_each_way_to_ask_for_the_methods_names_all_of_them(http: httpx.Client, path: str) -> None:
    answers = [http.delete(path), http.options(path)]

    assert [answer.status_code for answer in answers] == [405, 204]
    assert {answer.headers["allow"] for answer in answers} == {"GET, HEAD, OPTIONS"}


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    "path",
    ["/token", "/certs", "/defects", "/openapi.json", "/.well-known/openid-configuration"],
)
def test_options_has_no_header_of_another_method(http: httpx.Client, path: str) -> None:
    response = http.options(path)

    assert set(response.headers) == {"allow", "date", "x-dev-only"}


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("path", ["/token", "/token/", "//token", "//token//"])
def test_each_spelling_that_is_routed_to_token_has_its_errors(issuer_url: str, path: str) -> None:
    for method in ("GET", "POST"):
        response = httpx.request(method, f"{issuer_url}{path}?nope=1", timeout=60, trust_env=False)

        assert response.status_code == (405 if method == "GET" else 400)
        assert response.headers["content-type"] == "application/json"
        assert response.json()["error"] == "invalid_request"


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("http://localhost", True),
        ("http://localhost:3000", True),
        ("https://127.0.0.1:8443", True),
        ("http://[::1]:5173", True),
        ("http://localhost.evil.test", False),
        ("http://evil.test", False),
        ("http://localhost:3000.evil.test", False),
        ("null", False),
    ],
)
def test_only_localhost_origins_may_read_by_default(
    http: httpx.Client, origin: str, *, is_allowed: bool
) -> None:
    response = http.post("/token", headers={"Origin": origin})
    preflight = http.options(
        "/token",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )

    assert (response.headers.get("access-control-allow-origin") == origin) is is_allowed
    assert preflight.is_success is is_allowed
    assert (preflight.headers.get("access-control-allow-origin") == origin) is is_allowed


@pytest.mark.requirement("TI-4")
def test_answers_do_not_name_the_server_software(http: httpx.Client) -> None:
    assert "server" not in http.get("/health").headers
