# DEV-ONLY: never ship to production.
"""Whole logins over HTTP, without the help of the fixture."""

import base64
import hashlib
import re
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("LG-1")

StartIssuer = Callable[..., Any]
CALLBACK: Final = "http://localhost:3000/callback"
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
DECLARED: Final = {
    "secret": "s3cr3t-of-app",
    "redirect_uris": ["https://app.test/callback"],
    "post_logout_redirect_uris": ["https://app.test/bye"],
}
AUTHORIZE: Final = {
    "response_type": "code",
    "client_id": "app",
    "redirect_uri": CALLBACK,
    "scope": "openid email",
    "state": "state-of-app",
    "nonce": "nonce-of-app",
}


@dataclass(frozen=True)
class Client:
    """A client of an issuer, with the browser of its user.

    Attributes:
        url: The URL of the issuer.
        http: The browser, whose cookies it keeps, and the back channel.
    """

    url: str
    http: httpx.Client

    def authorize(self, method: str = "GET", **parameters: str) -> httpx.Response:
        sent = {**AUTHORIZE, **parameters}
        place = {"params": sent} if method == "GET" else {"data": sent}
        return self.http.request(method, f"{self.url}/authorize", **place)  # type: ignore[arg-type]

    def decide(self, page: httpx.Response, **decision: str) -> httpx.Response:
        interaction = read_field(page.text, "interaction")
        action = unescape(re.findall(r'<form[^>]* action="([^"]+)"', page.text)[0])
        url = page.url.join(action)
        return self.http.post(url, data={"interaction": interaction, **decision})

    def log_in(self, user: str = "alice", **parameters: str) -> str:
        """Return the code of a login on the page."""
        response = self.decide(self.authorize(**parameters), user=user)
        assert response.status_code == 303, response.text
        return read_parameters(response)["code"]

    def log_in_without_page(self, **parameters: str) -> str:
        """Return the code of a login for which the issuer shows no page."""
        return read_parameters(self.authorize(**parameters))["code"]

    def exchange(self, grant_type: str = "authorization_code", **form: str) -> httpx.Response:
        common = {"grant_type": grant_type, "client_id": "app"}
        if grant_type == "authorization_code":
            common["redirect_uri"] = CALLBACK
        return self.http.post(f"{self.url}/token", data={**common, **form})

    def get_tokens(self, user: str = "alice") -> dict[str, Any]:
        return read_json(self.exchange(code=self.log_in(user)))

    def get_user_info(self, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.get(f"{self.url}/userinfo", headers=headers)

    def introspect(self, token: str) -> dict[str, Any]:
        return read_json(
            self.http.post(f"{self.url}/introspect", data={"token": token}, auth=("app", "x"))
        )


def read_json(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    return document


def read_field(page: str, name: str) -> str:
    return unescape(re.findall(rf'name="{name}" value="([^"]*)"', page)[0])


def read_parameters(response: httpx.Response) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningIssuer]:
    issuers = {"staff": {"users": {"erin": {"groups": ["admin"]}}, "login": "erin"}, "other": {}}
    with run_token_issuer(issuer="self", issuers=issuers) as issuer:
        yield issuer


@pytest.fixture
def issuer(shared: RunningIssuer) -> RunningIssuer:
    shared.reset()
    return shared


@pytest.fixture
def client(issuer: RunningIssuer) -> Iterator[Client]:
    with patient_http.Client() as http:
        yield Client(issuer.url, http)


def test_login_with_pkce_gives_tokens_about_the_user(client: Client) -> None:
    verifier = secrets.token_urlsafe(32)
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    challenge = digest.rstrip(b"=").decode()
    page = client.authorize(code_challenge=challenge, code_challenge_method="S256")
    back = client.decide(page, user="alice")
    parameters = read_parameters(back)

    assert page.status_code == 200
    assert (back.status_code, parameters["state"]) == (303, "state-of-app")
    assert parameters["iss"] == client.url
    without = client.exchange(code=parameters["code"])
    assert (without.status_code, without.json()["error"]) == (400, "invalid_grant")
    again = client.decide(
        client.authorize(prompt="login", code_challenge=challenge, code_challenge_method="S256"),
        user="alice",
    )
    tokens = read_json(client.exchange(code=read_parameters(again)["code"], code_verifier=verifier))
    keys = jwt.PyJWKClient(f"{client.url}/.well-known/jwks.json")
    key = keys.get_signing_key_from_jwt(tokens["id_token"])
    claims = jwt.decode(tokens["id_token"], key, ["RS256"], audience="app", issuer=client.url)
    assert (claims["sub"], claims["nonce"]) == ("alice", "nonce-of-app")
    assert read_json(client.get_user_info(tokens["access_token"])) == {
        "sub": "alice",
        "email": "alice@example.com",
        "email_verified": True,
    }


def test_code_that_is_used_again_ends_all_that_it_gave(client: Client) -> None:
    code = client.log_in()
    tokens = read_json(client.exchange(code=code))

    replayed = client.exchange(code=code)

    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")
    assert replayed.headers["cache-control"] == "no-store"
    rejected = client.get_user_info(tokens["access_token"])
    assert rejected.status_code == 401
    assert 'error="invalid_token"' in rejected.headers["www-authenticate"]
    assert client.introspect(tokens["access_token"]) == {"active": False}
    refreshed = client.exchange("refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.json()["error"] == "invalid_grant"


def test_refresh_token_rotates(client: Client) -> None:
    tokens = client.get_tokens()

    first = read_json(client.exchange("refresh_token", refresh_token=tokens["refresh_token"]))
    claims = [
        jwt.decode(each["id_token"], options={"verify_signature": False})
        for each in (tokens, first)
    ]

    assert first["refresh_token"] != tokens["refresh_token"]
    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims[0][name] == claims[1][name]
    reused = client.exchange("refresh_token", refresh_token=tokens["refresh_token"])
    assert reused.json()["error"] == "invalid_grant"
    ended = client.exchange("refresh_token", refresh_token=first["refresh_token"])
    assert ended.json()["error"] == "invalid_grant"


def test_introspection_is_for_clients_with_a_secret(client: Client) -> None:
    token = client.get_tokens("bob")["access_token"]

    described = client.introspect(token)
    anonymous = client.http.post(f"{client.url}/introspect", data={"token": token})

    assert (described["active"], described["username"], described["sub"]) == (True, "bob", "bob")
    assert anonymous.status_code == 401
    assert anonymous.headers["www-authenticate"].startswith("Basic ")
    assert client.introspect("nonsense") == {"active": False}


def test_revocation_ends_the_tokens_of_the_login(client: Client) -> None:
    tokens = client.get_tokens()
    form = {"token": tokens["refresh_token"], "client_id": "app"}

    answers = [client.http.post(f"{client.url}/revoke", data=form) for _ in range(2)]
    unknown = client.http.post(f"{client.url}/revoke", data={**form, "token": "unknown"})

    assert [answer.status_code for answer in (*answers, unknown)] == [200] * 3
    assert client.get_user_info(tokens["access_token"]).status_code == 401


def test_logout_ends_the_session_of_the_browser(client: Client, issuer: RunningIssuer) -> None:
    issuer.clients.add("app", **DECLARED | {"redirect_uris": [CALLBACK]})
    code = client.log_in()
    tokens = read_json(client.exchange(code=code, client_secret="s3cr3t-of-app"))
    silent = read_parameters(client.authorize(prompt="none"))
    hint = {"id_token_hint": tokens["id_token"], "state": "x"}
    goal = {**hint, "post_logout_redirect_uri": "https://app.test/bye"}
    evil = {**hint, "post_logout_redirect_uri": "https://evil.test/"}

    refused = client.http.get(f"{client.url}/logout", params=evil)
    left = client.http.post(f"{client.url}/logout", data=goal)

    assert "code" in silent
    assert (refused.status_code, "location" in refused.headers) == (400, False)
    assert left.status_code == 303
    assert left.headers["location"] == "https://app.test/bye?state=x"
    assert read_parameters(client.authorize(prompt="none"))["error"] == "login_required"
    assert client.http.get(f"{client.url}/logout").status_code == 200


def test_device_logs_in_with_the_code_that_it_shows(client: Client) -> None:
    form = {"client_id": "tv", "scope": "openid"}
    device, waiting = (
        read_json(client.http.post(f"{client.url}/device/code", data=form)) for _ in range(2)
    )

    def poll(codes: dict[str, Any]) -> httpx.Response:
        return client.exchange(DEVICE_GRANT, client_id="tv", device_code=codes["device_code"])

    typed = client.http.get(device["verification_uri_complete"])
    shown = read_field(typed.text, "user_code")
    page = client.http.post(device["verification_uri"], data={"user_code": shown.lower()})
    done = client.decide(page, user="carol")
    unknown = client.http.post(device["verification_uri"], data={"user_code": "BBBB-BBBB"})

    assert device["verification_uri"] == f"{client.url}/device"
    assert shown == device["user_code"]
    assert (page.status_code, done.status_code, unknown.status_code) == (200, 200, 400)
    assert poll(waiting).json()["error"] == "authorization_pending"
    claims = jwt.decode(read_json(poll(device))["id_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["aud"]) == ("carol", "tv")
    assert poll(device).json()["error"] == "invalid_grant"


def test_authorization_request_may_be_a_form(client: Client) -> None:
    page = client.authorize("POST")
    back = client.decide(page, deny="true")

    assert page.status_code == 200
    assert read_parameters(back)["error"] == "access_denied"
    assert read_parameters(back)["state"] == "state-of-app"


def test_response_may_be_a_form(client: Client) -> None:
    page = client.decide(client.authorize(response_mode="form_post", state='"><b>'), user="alice")

    assert (page.status_code, page.headers["referrer-policy"]) == (200, "origin")
    assert f'action="{CALLBACK}"' in unescape(page.text)
    assert read_field(page.text, "state") == '"><b>'
    assert "<b>" not in page.text
    assert read_json(client.exchange(code=read_field(page.text, "code")))["token_type"] == "Bearer"


def test_issuers_have_users_sessions_and_codes_of_their_own(
    client: Client, issuer: RunningIssuer
) -> None:
    staff = Client(issuer.issuers["staff"].url, client.http)
    other = Client(issuer.issuers["other"].url, client.http)

    code = staff.log_in_without_page()  # the setting login decides
    foreign = [each.exchange(code=code) for each in (client, other)]

    assert [response.json()["error"] for response in foreign] == ["invalid_grant"] * 2
    assert "code" not in read_parameters(other.authorize(prompt="none"))
    page = other.authorize()
    assert page.status_code == 200
    posted = {"interaction": read_field(page.text, "interaction"), "user": "bob"}
    assert client.http.post(f"{client.url}/login", data=posted).status_code == 400
    tokens = read_json(staff.exchange(code=staff.log_in_without_page()))
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["iss"], claims["sub"]) == (staff.url, "erin")
    assert client.get_user_info(tokens["access_token"]).status_code == 401


def test_pages_set_cookies_that_scripts_and_other_sites_do_not_get(
    client: Client, issuer: RunningIssuer
) -> None:
    other = Client(issuer.issuers["other"].url, client.http)
    plain = client.decide(client.authorize(), user="alice").headers["set-cookie"]
    named = other.decide(other.authorize(), user="alice").headers["set-cookie"]
    client.http.headers["X-Forwarded-Proto"] = "https"
    encrypted = client.decide(client.authorize(prompt="login"), user="bob").headers["set-cookie"]

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(plain.split("; "))
    assert "Secure" not in plain
    assert "Secure" in encrypted.split("; ")
    port = urlsplit(client.url).port
    assert plain.partition("=")[0] == f"dev-only-session-{port}"
    assert named.partition("=")[0] == f"dev-only-session-{port}-other"
    assert "domain" not in (plain + named).lower()


@pytest.mark.must(
    "authorization", "Scripts of other origins cannot read the endpoint: no CORS.", "RFC 9700 §2.6"
)
@pytest.mark.must(
    "authorization", "Pages cannot be framed: `frame-ancestors 'none'`.", "RFC 9700 §4.16"
)
def test_no_script_of_another_origin_reads_a_page(client: Client) -> None:
    headers = {"Origin": "http://localhost:5173"}
    for path in ("/authorize", "/o/oauth2/v2/auth", "/logout", "/device"):
        page = client.http.get(f"{client.url}{path}", params=AUTHORIZE, headers=headers)
        assert not [name for name in page.headers if name.startswith("access-control-")]
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    preflight = {**headers, "Access-Control-Request-Method": "POST"}
    asked = client.http.options(f"{client.url}/login", headers=preflight)
    assert "access-control-allow-origin" not in asked.headers
    readable = client.http.get(f"{client.url}/userinfo", headers=headers)
    assert readable.headers["access-control-allow-origin"] == headers["Origin"]


def test_form_of_another_site_is_rejected(client: Client) -> None:
    client.http.headers["Sec-Fetch-Site"] = "cross-site"
    page = client.authorize()  # an application of another site sends its users here

    assert page.status_code == 200
    assert client.decide(page, user="alice").status_code == 400


def test_issuers_on_two_ports_keep_the_sessions_of_a_browser(client: Client) -> None:
    with run_token_issuer(issuer="self") as second:
        other = Client(second.url, client.http)
        for each in (client, other):
            each.log_in()

        for each in (client, other):
            assert "code" in read_parameters(each.authorize(prompt="none"))


def test_browser_sees_a_page_for_each_error(client: Client) -> None:
    """A browser that loads the URL of a rejected form again sends GET."""
    reloaded = client.http.get(f"{client.url}/login")
    large = client.http.post(f"{client.url}/login", data={"interaction": "x" * 70_000})
    unknown = client.http.put(f"{client.url}/authorize")

    assert (reloaded.status_code, large.status_code, unknown.status_code) == (405, 413, 405)
    assert "go back to the application and log in again" in reloaded.text
    assert "POST" in reloaded.headers["allow"]
    for response in (reloaded, large, unknown):
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/authorize", "/logout", "/device"])
def test_head_has_no_effect(client: Client, issuer: RunningIssuer, path: str) -> None:
    issuer.logins.next("bob")

    response = client.http.head(f"{client.url}{path}", params=AUTHORIZE)

    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert len(issuer.logins) == 1


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"redirect_uri": "https://evil.test/"}, "redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
        ({"redirect_uri": ""}, "redirect_uri"),
        ({"client_id": ""}, "client_id"),
        ({"client_id": "<script>é"}, "client_id"),
    ],
)
def test_wrong_client_or_redirect_uri_never_redirects(
    client: Client, parameters: dict[str, str], problem: str
) -> None:
    response = client.authorize(**parameters)

    assert response.status_code == 400
    assert "location" not in response.headers
    assert problem in response.text
    assert "<script>" not in response.text


def test_hint_setting_and_plan_decide_without_a_page(client: Client, issuer: RunningIssuer) -> None:
    def log_in(**parameters: str) -> dict[str, Any]:
        with patient_http.Client() as http:
            each = Client(client.url, http)
            code = each.log_in_without_page(**parameters)
            token = read_json(each.exchange(code=code))["id_token"]
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return claims

    assert log_in(login_hint="carol@example.com")["sub"] == "carol"
    issuer.logins.next("bob", claims={"email": "bob@corp.test", "tier": "gold"})
    planned = log_in(login_hint="carol", scope="openid email profile")
    assert (planned["sub"], planned["email"]) == ("bob", "bob@corp.test")
    issuer.logins.next(deny=True)
    assert read_parameters(client.authorize())["error"] == "access_denied"
    assert client.authorize().status_code == 200  # the plan is used up
    with (
        run_token_issuer(issuer="self", login="carol") as configured,
        patient_http.Client() as http,
    ):
        location = Client(configured.url, http).authorize().headers["location"]
    assert "code=" in location


def test_no_log_holds_a_secret(start_issuer: StartIssuer) -> None:
    running = start_issuer(TOKEN_ISSUER_ACCESS_LOG="true", TOKEN_ISSUER_LOG_LEVEL="debug")
    with patient_http.Client() as http:
        client = Client(running.url, http)
        page = client.authorize(code_challenge="challenge-of-app" * 3)
        back = client.decide(page, user="alice")
        code = read_parameters(back)["code"]
        tokens = read_json(client.exchange(code=code, code_verifier="challenge-of-app" * 3))
        device = read_json(http.post(f"{running.url}/device/code", data={"client_id": "tv"}))
        secret_values = {
            *(code, read_field(page.text, "interaction"), *http.cookies.values()),
            *(str(tokens[name]) for name in ("access_token", "refresh_token", "id_token")),
            *(device["device_code"], device["user_code"], "challenge-of-app", "secret-of-app"),
            *("state-of-app", "nonce-of-app", "alice@example.com"),
        }
        for parameters in (
            {"id_token": tokens["id_token"]},
            {"access_token": tokens["access_token"]},
        ):
            for path in ("tokeninfo", "/oauth2/v1//tokeninfo/", "userinfo", "nope", "token"):
                for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
                    http.request(method, f"{running.url}/{path}", params=parameters)
        http.get(device["verification_uri_complete"])
        http.post(f"{running.url}/revoke", params={"token": tokens["refresh_token"]})
        client.introspect(tokens["access_token"])
        http.get(f"{running.url}/logout", params={"id_token_hint": tokens["id_token"]})
        client.exchange(code=code, client_secret="secret-of-app")
        raw = f"GET /authorize?code={code} HTTP/1.0\r\nHost: localhost\r\n\r\n"
        send_raw(running.url, raw)
        send_raw(running.url, raw.replace("HTTP/1.0", "HTTP/9.9"))
        logged = http.get(f"{running.url}/admin/requests").text
    running.process.terminate()
    output = running.process.communicate(timeout=60)[1]

    assert '"GET /authorize HTTP/1.0" 400' in output
    assert "/tokeninfo" in logged
    for value in secret_values:
        assert value not in output
        assert value not in logged


def send_raw(url: str, request: str) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(request.encode())
        while connection.recv(65536):
            pass


def test_several_workers_say_why_there_are_no_logins(start_issuer: StartIssuer) -> None:
    running = start_issuer("--workers", "2")
    form = {"grant_type": "authorization_code", "code": "x", "client_id": "app"}
    with patient_http.Client(base_url=running.url) as http:
        page = http.get("/authorize", params=AUTHORIZE)
        userinfo = http.get("/userinfo")
        exchange = http.post("/token", data=form)
        document = read_json(http.get("/.well-known/openid-configuration"))
        minted = http.post("/token", data={"sub": "alice"})

    assert (page.status_code, userinfo.status_code) == (404, 404)
    assert "TOKEN_ISSUER_WORKERS" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert exchange.json()["error"] == "unsupported_grant_type"
    assert "authorization_endpoint" not in document
    assert minted.status_code == 200


def test_codes_and_tokens_of_one_run_are_worthless_in_the_next(
    start_issuer: StartIssuer, tmp_path: Any
) -> None:
    first, second = (
        start_issuer("--issuer", "https://issuer.test", PERSIST_KEYS_DIR=str(tmp_path / "keys"))
        for _ in range(2)
    )
    with patient_http.Client() as http:
        old, new = Client(first.url, http), Client(second.url, http)
        tokens, code = old.get_tokens(), old.log_in(prompt="login")
        page = old.authorize(prompt="login")
        posted = {"interaction": read_field(page.text, "interaction"), "user": "bob"}

        assert new.exchange(code=code).json()["error"] == "invalid_grant"
        refreshed = new.exchange("refresh_token", refresh_token=tokens["refresh_token"])
        assert refreshed.json()["error"] == "invalid_grant"
        assert new.get_user_info(tokens["access_token"]).status_code == 401
        assert new.introspect(tokens["access_token"]) == {"active": False}
        assert new.http.post(f"{new.url}/login", data=posted).status_code == 400
        assert read_parameters(new.authorize(prompt="none"))["error"] == "login_required"
