# DEV-ONLY: never ship to production.
"""Logins over real HTTP: methods, statuses and header fields that the specifications demand."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests import patient_http
from token_issuer import run_token_issuer

pytestmark = pytest.mark.requirement("LG-1")

CALLBACK: Final = "http://localhost:3000/callback"
REQUEST: Final = {
    "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code",
    "scope": "openid email", "state": "s-1",
}  # fmt: skip
HINTED: Final = {**REQUEST, "login_hint": "alice"}
INVALID: Final = {**REQUEST, "redirect_uri": "https://evil.example/callback"}
BYE: Final = {"client_id": "app", "post_logout_redirect_uri": "http://localhost:3000/bye"}


@pytest.fixture
def browser(issuer_url: str) -> Iterator[httpx.Client]:
    """Return a browser without cookies, which follows no redirect."""
    with patient_http.Client(base_url=issuer_url) as client:
        yield client


def read_callback(response: httpx.Response) -> dict[str, str]:
    """Return the parameters of a redirect to the client."""
    location = response.headers["location"]
    assert location.startswith(f"{CALLBACK}?")
    return dict(parse_qsl(urlsplit(location).query))


def log_in(browser: httpx.Client) -> dict[str, Any]:
    """Return the tokens of alice."""
    code = read_callback(browser.get("/authorize", params=HINTED))["code"]
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    tokens: dict[str, Any] = browser.post("/token", data={**grant, "client_id": "app"}).json()
    return tokens


@pytest.mark.parametrize("path", ["/authorize", "/o/oauth2/v2/auth"])
@pytest.mark.must(
    "authorization", "A request by GET or POST is accepted.", "OpenID Connect Core §3.1.2.1",
    "oidcc-ensure-post-request-succeeds",
)  # fmt: skip
def test_authorization_request_comes_by_get_or_post(browser: httpx.Client, path: str) -> None:
    for response in (browser.get(path, params=HINTED), browser.post(path, data=HINTED)):
        assert read_callback(response)["state"] == "s-1"


@pytest.mark.must(
    "authorization", "Redirects are 303, never 307, with which a browser repeats a POST.",
    "RFC 9700 §4.12",
)  # fmt: skip
def test_redirects_are_303(browser: httpx.Client) -> None:
    page = browser.get("/authorize", params=REQUEST)
    interaction = page.text.partition('name="interaction" value="')[2].partition('"')[0]
    decided = browser.post("/login", data={"interaction": interaction, "user": "bob"})
    responses = [
        browser.get("/authorize", params=HINTED),
        browser.post("/authorize", data=HINTED),
        browser.get("/authorize", params={**REQUEST, "prompt": "none", "max_age": "0"}),
        decided,
        browser.post("/logout", data=BYE),
    ]

    assert [response.status_code for response in responses] == [303] * 5


@pytest.mark.parametrize("parameters", [REQUEST, HINTED, INVALID])
@pytest.mark.must(
    "authorization", "Neither pages nor redirects leak their URL in a `Referer`.", "RFC 9700 §4.2.4"
)
def test_urls_do_not_leak_in_a_referer(browser: httpx.Client, parameters: dict[str, str]) -> None:
    assert browser.get("/authorize", params=parameters).headers["referrer-policy"] == "no-referrer"


@pytest.mark.must(
    "token", "Responses with tokens are not stored: `Cache-Control: no-store`.", "RFC 6749 §5.1"
)
def test_tokens_are_not_stored(browser: httpx.Client) -> None:
    token = log_in(browser)["access_token"]
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "app"}
    bearer = {"Authorization": f"Bearer {token}"}
    for response in (
        browser.post("/token", data=form),
        browser.get("/userinfo", headers=bearer),
        browser.post("/introspect", data={"token": token}, auth=("api", "s")),
        browser.post("/device/code", data={"client_id": "app"}),
    ):
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.must(
    "token",
    "An error is JSON with `error`; wrong Basic credentials are 401 with `WWW-Authenticate: "
    "Basic`.",
    "RFC 6749 §5.2",
)
def test_error_has_the_form_of_its_rfc(browser: httpx.Client) -> None:
    grant = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}
    invalid = browser.post("/token", data={**grant, "client_id": "app"})
    unknown = browser.post("/token", data={"grant_type": "password"})
    twice = browser.post("/token", data={**grant, "client_assertion": "x"}, auth=("app", "x"))

    assert (invalid.status_code, invalid.json()["error"]) == (400, "invalid_grant")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "unsupported_grant_type")
    assert (twice.status_code, twice.json()["error"]) == (401, "invalid_client")
    assert twice.headers["www-authenticate"].startswith("Basic ")
    for response in (invalid, unknown, twice):
        assert response.headers["content-type"] == "application/json"
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/userinfo", "/v1/userinfo", "/oauth2/v3/userinfo"])
@pytest.mark.must(
    "userinfo",
    "A request by GET or POST is accepted, with the token in the header field or the form.",
    "OpenID Connect Core §5.3.1; RFC 6750 §2",
    "oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body",
)  # fmt: skip
def test_userinfo_takes_the_token_in_three_ways(browser: httpx.Client, path: str) -> None:
    token = log_in(browser)["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    for response in (
        browser.get(path, headers=bearer),
        browser.post(path, headers=bearer),
        browser.post(path, data={"access_token": token}),
        browser.get(path, params={"access_token": token}),  # as passport-google-oauth20 sends it
    ):
        assert response.json()["sub"] == "alice"


@pytest.mark.must(
    "userinfo",
    "A request without a valid token is 401 with `WWW-Authenticate: Bearer`, and `error` only if a "
    "token was sent.",
    "RFC 6750 §3",
)
def test_userinfo_challenges_the_client(browser: httpx.Client) -> None:
    absent = browser.get("/userinfo")
    invalid = browser.get("/userinfo", headers={"Authorization": "Bearer x"})

    assert (absent.status_code, invalid.status_code) == (401, 401)
    assert absent.headers["www-authenticate"] == 'Bearer realm="token-issuer"'
    assert 'error="invalid_token"' in invalid.headers["www-authenticate"]


@pytest.mark.must("revocation", "The response for an unknown token is 200.", "RFC 7009 §2.2")
def test_unknown_token_is_revoked_with_200(browser: httpx.Client) -> None:
    response = browser.post("/revoke", data={"token": "x", "client_id": "app"})

    assert response.status_code == 200


@pytest.mark.must(
    "logout", "A request by GET or POST is accepted.", "OpenID Connect RP-Initiated Logout §2"
)
def test_logout_comes_by_get_or_post(browser: httpx.Client) -> None:
    for response in (browser.get("/logout", params=BYE), browser.post("/logout", data=BYE)):
        assert response.headers["location"] == "http://localhost:3000/bye"
        assert "=; Path=/; Max-Age=0;" in response.headers["set-cookie"]


@pytest.mark.must(
    "discovery",
    "The document names the issuer, its endpoints and what they support, and `code` among the "
    "response types.",
    "OpenID Connect Discovery §3; RFC 8414 §2",
    "oidcc-discovery-endpoint-verification",
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
)  # fmt: skip
def test_discovery_names_the_endpoints_of_logins(browser: httpx.Client) -> None:
    document = browser.get("/.well-known/openid-configuration").json()

    for name in (
        "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "introspection_endpoint",
        "revocation_endpoint", "end_session_endpoint", "device_authorization_endpoint",
    ):  # fmt: skip
        assert browser.get(document[name]).status_code != 404, name
    assert document["response_types_supported"] == ["code"]
    assert document["subject_types_supported"] == ["public"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert {"openid", "email"} < set(document["scopes_supported"])
    assert document["code_challenge_methods_supported"] == ["S256", "plain"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert {"authorization_code", "refresh_token"} < set(document["grant_types_supported"])


def test_browsers_and_clients_get_their_urls_but_one_issuer() -> None:
    back, front = "http://token-issuer:8081", "http://localhost:8081"
    with run_token_issuer(issuer="self", public_url=back, browser_url=front) as issuer:
        document = patient_http.get(f"{issuer.url}/.well-known/openid-configuration").json()
        callback = read_callback(patient_http.get(f"{issuer.url}/authorize", params=HINTED))

    assert (document["issuer"], callback["iss"]) == (back, back)
    for name in ("authorization_endpoint", "end_session_endpoint"):
        assert document[name].startswith(f"{front}/")
    for name in ("token_endpoint", "userinfo_endpoint", "jwks_uri", "revocation_endpoint"):
        assert document[name].startswith(f"{back}/")
