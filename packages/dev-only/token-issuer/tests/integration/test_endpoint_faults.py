# DEV-ONLY: never ship to production.
"""The faults of discovery and of the OAuth endpoints, over HTTP."""

import base64
import logging
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer.paths import (
    DISCOVERY_PATHS,
    KEY_PATHS,
    OAUTH_PATHS,
    USERINFO_PATHS,
)
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.web.faults.selection import METHODS

CALLBACK: Final = "http://localhost:3000/callback"
VERIFIER: Final = "verifier-of-at-least-forty-three-characters-1"
CHALLENGE: Final = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=")
AUTHORIZE: Final = {
    "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
    "state": "s-1", "code_challenge": CHALLENGE.decode(), "code_challenge_method": "S256",
}  # fmt: skip
ENDPOINTS: Final = [
    *(("GET", path) for path in (*DISCOVERY_PATHS, *USERINFO_PATHS)),
    *(("POST", path) for path in OAUTH_PATHS),
]

pytestmark = pytest.mark.requirement("BV-2")
SetFaults = Callable[..., None]


@pytest.fixture
def http(token_issuer: RunningIssuer) -> Iterator[httpx.Client]:
    with patient_http.Client(base_url=token_issuer.url) as client:
        yield client


@pytest.fixture
def put(http: httpx.Client) -> SetFaults:
    def put(*faults: dict[str, Any]) -> None:
        response = http.put("/admin/faults", json={"faults": faults})
        assert response.status_code == 200, response.text

    return put


def read_location(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(f"{CALLBACK}?")
    return dict(parse_qsl(urlsplit(location).query))


def get_code(http: httpx.Client) -> str:
    response = http.get("/authorize", params={**AUTHORIZE, "login_hint": "alice"})
    return read_location(response)["code"]


def redeem(http: httpx.Client, code: str) -> httpx.Response:
    return http.post(
        "/token",
        data={
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
            "client_id": "app", "code_verifier": VERIFIER,
        },
    )  # fmt: skip


def test_faults_affect_the_methods_that_handlers_have(http: httpx.Client) -> None:
    allowed = {path: http.options(path).headers["allow"].split(", ") for path in METHODS}

    for path, methods in METHODS.items():
        others = {"OPTIONS"} if "HEAD" in methods else {"OPTIONS", "HEAD"}  # pages reject HEAD
        assert set(allowed[path]) - others == methods, path


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_status_strikes_each_endpoint_and_nothing_else(
    http: httpx.Client, put: SetFaults, method: str, path: str
) -> None:
    put({"kind": "status", "status": 502, "retry_after": "1m", "paths": [path]})
    struck = http.request(method, path)
    page = http.request(method, path, headers={"Origin": "http://localhost:3000"})
    others = [
        http.request(other_method, other_path).status_code
        for other_method, other_path in ENDPOINTS
        if other_path != path
    ]
    http.options(path)
    http.patch(path)

    assert (struck.status_code, struck.headers["retry-after"]) == (502, "60")
    assert struck.headers["content-type"] == "application/problem+json"
    assert struck.headers["cache-control"] == "no-store"
    assert struck.headers["x-dev-only"] == "token-issuer"
    assert path in struck.json()["detail"]
    assert page.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert 502 not in others
    assert http.get(KEY_PATHS[0]).status_code == 200
    assert http.get("/admin/faults").json()["faults"][0]["struck"] == 2
    log = [r["faults"] for r in http.get("/admin/requests").json()["requests"]]
    assert log[:3] == [["status"], ["status"], []]


@pytest.mark.parametrize(
    "request_parts",
    [
        {},
        {"data": {"sub": "alice"}},
        {"json": {"sub": "alice"}},
        {"data": {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}},
        {"data": {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "a"}},
        {"json": {"defect": "alg-none"}},
        {"headers": {"Accept": "application/jwt"}},
    ],
)
def test_each_kind_of_token_request_is_struck(
    http: httpx.Client, put: SetFaults, request_parts: dict[str, Any]
) -> None:
    put({"kind": "status", "requests": 1, "paths": ["/token"]})
    statuses = [http.post("/token", **request_parts).status_code for _ in range(2)]

    assert statuses[0] == 503
    assert statuses[1] != 503


def test_without_paths_only_key_documents_are_struck(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "status", "status": 502})

    statuses = {http.request(method, path).status_code for method, path in ENDPOINTS}
    assert 502 not in statuses
    assert http.get("/certs").status_code == 502


@pytest.mark.parametrize(
    "fault", [{"kind": "status"}, {"kind": "redirect"}, {"kind": "oauth-error", "error": "x"}]
)
def test_replaced_response_leaves_the_code_unused(
    http: httpx.Client, put: SetFaults, fault: dict[str, Any]
) -> None:
    code = get_code(http)
    put({**fault, "requests": 1, "paths": ["/token"]})

    assert "id_token" not in redeem(http, code).text
    assert "id_token" in redeem(http, code).json()


@pytest.mark.parametrize(
    "fault",
    [{"kind": "reset"}, {"kind": "reset", "at": "after-header"}, {"kind": "truncated"}],
)
def test_lost_response_has_used_up_the_code(
    http: httpx.Client, put: SetFaults, fault: dict[str, Any]
) -> None:
    code = get_code(http)
    put({**fault, "requests": 1, "paths": ["/token"]})
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        redeem(http, code)
    again = redeem(http, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/.well-known/openid-configuration"])
def test_late_and_dripping_responses_are_complete(
    http: httpx.Client, put: SetFaults, path: str
) -> None:
    token = redeem(http, get_code(http)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"} if path == "/userinfo" else {}
    method = "POST" if path == "/token" else "GET"
    put(
        {"kind": "delay", "delay": 0.01, "paths": [path]},
        {"kind": "drip", "chunk": 100, "interval": 0, "paths": [path]},
    )
    response = http.request(method, path, headers=headers)

    assert response.status_code == 200
    assert response.json().keys() & {"access_token", "sub", "issuer"}
    assert [f["struck"] for f in http.get("/admin/faults").json()["faults"]] == [1, 1]


def test_malformed_response_lacks_its_last_brace(http: httpx.Client, put: SetFaults) -> None:
    access_token = redeem(http, get_code(http)).json()["access_token"]
    bearer = {"Authorization": f"Bearer {access_token}"}
    requests: list[dict[str, Any]] = [
        {"method": "GET", "url": "/.well-known/openid-configuration"},
        {"method": "HEAD", "url": "/.well-known/oauth-authorization-server"},
        {"method": "GET", "url": "/userinfo", "headers": bearer},
        {"method": "POST", "url": "/userinfo", "data": {"access_token": access_token}},
        {"method": "POST", "url": "/introspect", "data": {"token": "x"}, "auth": ("api", "s")},
        {"method": "POST", "url": "/revoke", "data": {"token": "x", "client_id": "app"}},
        {"method": "POST", "url": "/token", "data": {"grant_type": "refresh_token"}},
    ]
    good = [http.request(**parts) for parts in requests]
    put({"kind": "malformed", "paths": [*DISCOVERY_PATHS, *OAUTH_PATHS]})
    struck = [http.request(**parts) for parts in requests]
    token = http.post("/token")

    for before, after in zip(good, struck, strict=True):
        assert after.status_code == before.status_code
        assert after.text == before.text[:-1]
        lengths = [int(response.headers["content-length"]) for response in (before, after)]
        assert lengths[1] == lengths[0] - 1
    assert token.text.startswith('{"access_token":')
    assert not token.text.endswith("}")
    assert int(token.headers["content-length"]) == len(token.content)


def test_wrong_content_type_leaves_the_content(http: httpx.Client, put: SetFaults) -> None:
    paths = ["/token", "/.well-known/openid-configuration"]
    put({"kind": "content-type", "paths": paths}, {"kind": "status", "paths": paths[1:]})
    token, discovery = http.post("/token"), http.get(paths[1])

    assert token.headers["content-type"] == discovery.headers["content-type"] == "text/html"
    assert (token.json()["token_type"], discovery.status_code) == ("Bearer", 503)


def test_redirects_lead_to_the_same_endpoint(
    token_issuer: RunningIssuer, http: httpx.Client, put: SetFaults
) -> None:
    port = token_issuer.url.rpartition(":")[2]
    put({"kind": "redirect", "status": 307, "paths": ["/token"]})
    followed = http.post("/token", data={"sub": "alice"}, follow_redirects=True)
    put({"kind": "redirect", "to": "other-host", "paths": ["/userinfo"]})
    other = http.get("/userinfo")

    claims = jwt.decode(followed.json()["access_token"], options={"verify_signature": False})
    assert claims["sub"] == "alice"
    assert other.headers["location"] == f"http://localhost:{port}/userinfo?redirected"


def test_fault_of_one_path_leaves_its_aliases_alone(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "status", "paths": ["/v1/userinfo"]})

    assert [http.get(path).status_code for path in USERINFO_PATHS] == [401, 503, 401]


def test_faults_of_one_issuer_leave_the_others_alone() -> None:
    with run_token_issuer(issuers={"staff": {}}) as issuer:
        issuer.issuers["staff"].faults.set({"kind": "status", "paths": ["/token"]})
        statuses = [
            patient_http.post(f"{issuer.url}{path}/token").status_code for path in ("", "/staff")
        ]

    assert statuses == [200, 503]


@pytest.mark.parametrize(
    ("path", "error", "status", "challenge"),
    [
        ("/token", "invalid_grant", 400, None),
        ("/token", "invalid_client", 401, 'Basic realm="token-issuer"'),
        ("/token", "slow_down", 400, None),
        ("/token", "server_error", 500, None),
        ("/token", "mfa_required", 400, None),
        ("/introspect", "invalid_request", 400, None),
        ("/revoke", "unsupported_token_type", 400, None),
        ("/device/code", "temporarily_unavailable", 503, None),
        (
            "/userinfo",
            "invalid_token",
            401,
            'Bearer realm="token-issuer", error="invalid_token", error_description="m"',
        ),
        ("/userinfo", "temporarily_unavailable", 503, None),
    ],
)
def test_oauth_error_is_that_of_the_endpoint(
    http: httpx.Client,
    put: SetFaults,
    caplog: pytest.LogCaptureFixture,
    path: str,
    error: str,
    status: int,
    challenge: str | None,
) -> None:
    put({"kind": "oauth-error", "error": error, "description": "m", "paths": [path]})
    with caplog.at_level(logging.WARNING):
        response = http.post(path)

    assert response.status_code == status
    assert response.json() == {"error": error, "error_description": "m"}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers.get("www-authenticate") == challenge
    assert [r for r in caplog.records if r.name.startswith("token_issuer")] == []


def test_oauth_error_has_any_status_and_ends(http: httpx.Client, put: SetFaults) -> None:
    fault = {"kind": "oauth-error", "error": "invalid_client", "paths": ["/token"]}
    put(
        {**fault, "status": 400, "requests": 1},
        {**fault, "status": 599, "requests": 1},
        {"kind": "status", "requests": 1, "paths": ["/token"]},
    )
    responses = [http.post("/token") for _ in range(4)]

    assert [response.status_code for response in responses] == [400, 599, 503, 200]
    assert "GET /admin/faults lists it" in responses[0].json()["error_description"]
    assert "www-authenticate" not in responses[0].headers


@pytest.mark.parametrize("path", ["/authorize", "/o/oauth2/v2/auth"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_browser_takes_the_error_to_the_client(
    http: httpx.Client, put: SetFaults, method: str, path: str
) -> None:
    put({"kind": "oauth-error", "error": "login_required", "paths": [path], "requests": 1})
    sent: dict[str, Any] = {"params": AUTHORIZE} if method == "GET" else {"data": AUTHORIZE}
    answer = read_location(http.request(method, path, **sent))
    page = http.request(method, path, **sent)

    assert answer.pop("error_description").startswith(f"a fault is set for {path};")
    assert answer == {"error": "login_required", "state": "s-1", "iss": "https://issuer.local"}
    assert (page.status_code, "alice" in page.text) == (200, True)


def test_browser_is_never_redirected_to_a_foreign_place(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "oauth-error", "error": "access_denied", "paths": ["/authorize"]})
    foreign = http.get(
        "/authorize", params={**AUTHORIZE, "redirect_uri": "https://attacker.example/"}
    )
    form = http.get("/authorize", params={**AUTHORIZE, "response_mode": "form_post"})
    head = http.head("/authorize", params=AUTHORIZE)

    assert (foreign.status_code, "location" in foreign.headers) == (400, False)
    assert (form.status_code, "access_denied" in form.text) == (200, True)
    assert head.status_code == 405
    assert http.get("/admin/faults").json()["faults"][0]["struck"] == 2


def test_error_can_come_after_the_login_page(http: httpx.Client, put: SetFaults) -> None:
    put({"kind": "oauth-error", "error": "consent_required", "paths": ["/login"], "requests": 1})
    page = http.get("/authorize", params=AUTHORIZE).text
    interaction = page.partition('name="interaction" value="')[2].partition('"')[0]
    form = {"interaction": interaction, "user": "alice"}
    first, second = (read_location(http.post("/login", data=form)) for _ in range(2))

    assert (first["error"], first["state"]) == ("consent_required", "s-1")
    assert "code" in second
