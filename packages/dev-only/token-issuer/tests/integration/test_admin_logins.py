# DEV-ONLY: never ship to production.
"""Users, clients and planned logins over the admin surface."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from tests import patient_http
from token_issuer import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("GO-4")

SECRET: Final = "s3cr3t-of-app"


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningIssuer]:
    with run_token_issuer(issuer="self", issuers={"staff": {}}) as issuer:
        yield issuer


@pytest.fixture
def issuer(shared: RunningIssuer) -> RunningIssuer:
    shared.reset()
    return shared


@pytest.fixture
def http(issuer: RunningIssuer) -> Iterator[httpx.Client]:
    with patient_http.Client(base_url=issuer.url) as client:
        yield client


def read_json(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    return response.json()


def test_users_are_listed_added_replaced_and_removed(
    http: httpx.Client, issuer: RunningIssuer
) -> None:
    claims = {"sub": "42", "groups": ["admin"], "name": "Erin", "omit": ["email"], "self": 1}
    added = read_json(http.put("/admin/users/erin", json=claims))
    replaced = read_json(http.put("/admin/users/erin"))
    listed = read_json(http.get("/admin/users"))["users"]
    left = read_json(http.delete("/admin/users/alice"))["users"]

    assert (added["name"], added["sub"]) == ("erin", "42")
    assert added["claims"]["groups"] == ["admin"]
    assert "email" not in added["claims"]
    assert replaced["sub"] == "erin"
    assert replaced["claims"]["email"] == "erin@example.com"
    assert [user["name"] for user in listed] == ["alice", "bob", "carol", "erin"]
    assert [user["name"] for user in left] == ["bob", "carol", "erin"]
    issuer.reset()
    assert [user.name for user in issuer.users] == ["alice", "bob", "carol"]


@pytest.mark.parametrize("name", ["erin@corp.test", "a.b+c-d_e", "x" * 254])
def test_name_of_a_user_may_be_an_address(http: httpx.Client, name: str) -> None:
    assert read_json(http.put(f"/admin/users/{quote(name)}"))["name"] == name
    assert len(read_json(http.delete(f"/admin/users/{quote(name)}"))["users"]) == 3


@pytest.mark.parametrize(
    "client_id",
    [
        "app",
        "https://app.test/",
        "https://app.test//a/",
        "a%2Fb",
        "123-abc.apps.googleusercontent.com",
        "..",
        "a?b#c&d=e;f",
        "/admin/clients/x",
        "x" * 255,
    ],
)
def test_client_id_may_have_any_visible_characters(http: httpx.Client, client_id: str) -> None:
    for prefix in ("", "/staff"):
        path = f"{prefix}/admin/clients/{quote(client_id, safe='')}".replace("..", "%2E%2E")
        added = read_json(http.put(path, json={"secret": SECRET}))
        listed = read_json(http.get(f"{prefix}/admin/clients"))["clients"]
        left = read_json(http.delete(path))["clients"]

        assert added == {
            "client_id": client_id,
            "has_secret": True,
            "redirect_uris": [],
            "post_logout_redirect_uris": [],
            "require_pkce": False,
            "claims": {},
        }
        assert (listed, left) == ([added], [])


def test_secrets_are_never_shown(http: httpx.Client, issuer: RunningIssuer) -> None:
    fields = {"secret": SECRET, "redirect_uris": ["https://app.test/cb"], "require_pkce": True}
    answers = [
        http.put("/admin/clients/app", json=fields),
        http.put("/admin/clients/app", json={**fields, "require_pkc": True}),
        http.put("/admin/clients/app", json={**fields, "claims": {"iss": "x"}}),
        http.get("/admin/clients"),
        http.delete("/admin/clients/ap"),
    ]

    assert [answer.status_code for answer in answers] == [200, 400, 400, 200, 404]
    for answer in answers:
        assert SECRET not in answer.text
    assert SECRET not in repr(list(issuer.clients))
    listed = answers[3].json()["clients"]
    assert [(client["has_secret"], client["require_pkce"]) for client in listed] == [(True, True)]


def test_logins_are_planned_listed_and_cleared(http: httpx.Client, issuer: RunningIssuer) -> None:
    first = {"user": "bob", "claims": {"email_verified": False}}
    planned = [
        len(read_json(http.post("/admin/logins", json=body))["logins"])
        for body in (first, {"deny": True}, {"user": "carol", "deny": True})
    ]
    listed = read_json(http.get("/admin/logins"))["logins"]

    assert planned == [1, 2, 3]
    assert listed == [
        {"user": "bob", "deny": False, "claims": {"email_verified": False}, "defect": None},
        {"user": None, "deny": True, "claims": {}, "defect": None},
        {"user": "carol", "deny": True, "claims": {}, "defect": None},
    ]
    assert read_json(http.get("/staff/admin/logins")) == {"logins": [], "done": []}
    assert read_json(http.delete("/admin/logins")) == {"logins": [], "done": []}
    assert len(issuer.logins) == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("PUT", "/admin/users/erin", {"email": 5}, 400, "users.erin.email: expected text"),
        ("PUT", "/admin/users/erin", {"iss": "x"}, 400, "users.erin.iss: is set by the issuer"),
        ("PUT", "/admin/users/erin", {"sub": "bob"}, 400, "another user has the same sub"),
        ("PUT", "/admin/users/erin", [], 400, "body: Expected `object`, got `array`"),
        ("PUT", "/admin/users/erin", {"a": "x" * 3000}, 400, "at most 2048 characters of JSON"),
        ("PUT", "/admin/users/erin", {"a": "x" * 20_000}, 413, "body: larger than 16 KiB"),
        ("PUT", "/admin/users/%20", {}, 400, "expected a name of letters, digits"),
        ("DELETE", "/admin/users/alcie", None, 404, "did you mean alice?"),
        ("PUT", "/admin/clients/app", {"redirect_uris": ["/cb"]}, 400, "an absolute URI"),
        ("PUT", "/admin/clients/app", {"redirect_uri": "x"}, 400, "redirect_uris, post_logout"),
        ("PUT", "/admin/clients/app", {"secret": None}, 400, "got `null` - at `$.secret`"),
        ("PUT", "/admin/clients/%C3%A9", {}, 400, "1 to 255 visible ASCII characters"),
        ("DELETE", "/admin/clients/app", None, 404, "client: no client is named 'app'"),
        ("POST", "/admin/logins", {}, 400, "user: missing; name a user, or set deny"),
        ("POST", "/admin/logins", {"user": "bbo"}, 400, "did you mean bob?"),
        ("POST", "/admin/logins", {"user": "bob", "usr": 1}, 400, "deny, claims, defect"),
        ("POST", "/admin/logins", {"user": "bob", "claims": {"sub": "x"}}, 400, "claims.sub: is"),
        ("POST", "/admin/logins", {"user": "bob", "defect": "iat-odl"}, 400, "mean iat-old?"),
        ("POST", "/admin/logins", {"user": "bob", "defect": ""}, 400, "no defect is named"),
        ("POST", "/admin/logins", {"user": "bob", "defect": ["jwk"]}, 400, "at `$.defect`"),
        ("POST", "/admin/logins", {"user": "bob", "defect": "tab-between"}, 400, "a login lacks"),
        ("POST", "/admin/logins", {"deny": True, "defect": "jwk"}, 400, "contradict each other"),
        ("POST", "/admin/logins", {"user": "bob", "deny": "no"}, 400, "got `str` - at `$.deny`"),
    ],
)  # fmt: skip
def test_mistakes_are_explained(
    http: httpx.Client, method: str, path: str, body: Any, status: int, detail: str
) -> None:
    response = http.request(method, path, json=body)

    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert detail in response.json()["detail"]


def test_form_is_rejected_with_the_remedy(http: httpx.Client) -> None:
    response = http.put("/admin/users/erin", data={"email": "x"})

    assert response.status_code == 415
    assert "send a JSON object, and the header Content-Type: application/json" in response.text
    assert "erin" not in http.get("/admin/users").text


@pytest.mark.parametrize("path", ["/admin/users", "/admin/clients", "/admin/logins"])
def test_each_issuer_has_its_own(http: httpx.Client, path: str) -> None:
    before = read_json(http.get(f"/staff{path}"))
    read_json(http.put("/admin/users/erin"))
    read_json(http.put("/admin/clients/app"))
    read_json(http.post("/admin/logins", json={"user": "erin"}))

    assert read_json(http.get(f"/staff{path}")) == before != read_json(http.get(path))


@pytest.mark.parametrize("path", ["/admin/users", "/admin/clients", "/admin/logins"])
def test_secret_of_the_admin_surface_is_required(path: str) -> None:
    with run_token_issuer(admin_token="correct-horse") as issuer:
        assert patient_http.get(issuer.url + path).status_code == 401
