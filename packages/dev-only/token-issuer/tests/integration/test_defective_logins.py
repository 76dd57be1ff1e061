# DEV-ONLY: never ship to production.
"""Defective logins over HTTP: planned, chosen on the page, and reported afterwards."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("BV-5")

CALLBACK: Final = "http://localhost:3000/callback"
REQUEST: Final = {
    "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid email",
    "state": "s-1", "nonce": "n-1",
}  # fmt: skip


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


def plan(http: httpx.Client, **fields: Any) -> None:
    answer = http.post("/admin/logins", json={"user": "alice", **fields})
    assert answer.status_code == 200, answer.text


def read_response(answer: httpx.Response) -> Mapping[str, str]:
    assert answer.status_code == 303, answer.text
    pairs = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in pairs.items()}


def read_interaction(page: httpx.Response) -> str:
    return page.text.partition('name="interaction" value="')[2].partition('"')[0]


def redeem(http: httpx.Client, code: str) -> dict[str, Any]:
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = http.post("/token", data={**grant, "client_id": "app"})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def read_claims(tokens: Mapping[str, Any]) -> dict[str, Any]:
    return dict(jwt.decode(tokens["id_token"], options={"verify_signature": False}))


def test_each_stage_of_a_planned_login_has_its_defect(
    http: httpx.Client, issuer: RunningIssuer
) -> None:
    for id_ in ("state-wrong", "token-type-missing", "nonce-wrong", "userinfo-sub-other", "jku"):
        plan(http, defect=id_)
    responses = [read_response(http.get("/authorize", params=REQUEST)) for _ in range(5)]
    tokens = [redeem(http, response["code"]) for response in responses]
    bearer = {"Authorization": f"Bearer {tokens[3]['access_token']}"}
    userinfo = http.get("/userinfo", headers=bearer).json()

    assert [response["state"] for response in responses] == ["a-1", *["s-1"] * 4]
    assert ["token_type" in each for each in tokens] == [True, False, True, True, True]
    assert [read_claims(each)["nonce"] for each in tokens] == ["n-1", "n-1", "a-1", "n-1", "n-1"]
    assert userinfo["sub"] == "bob"
    header = jwt.get_unverified_header(tokens[4]["id_token"])
    assert header["jku"] == f"{issuer.url}/attacker/jwks.json"


def test_report_says_what_was_requested_and_what_struck(
    http: httpx.Client, issuer: RunningIssuer
) -> None:
    plan(http, defect="nonce-wrong")
    plan(http, user="bob", defect="userinfo-sub-other")
    first = read_response(http.get("/authorize", params=REQUEST))
    redeem(http, first["code"])
    http.get("/.well-known/jwks.json")
    second = read_response(http.get("/authorize", params={**REQUEST, "scope": "openid"}))
    redeem(http, second["code"])
    done = http.get("/admin/logins").json()["done"]

    described = {
        "response_type": "code", "scope": "openid email", "redirect_uri": CALLBACK,
        "has_state": True, "has_nonce": True, "code_challenge_method": None,
        "response_mode": "query", "prompt": "",
    }  # fmt: skip
    assert [each.pop("number") for each in done] == [each.number for each in issuer.logins.done]
    assert done == [
        {
            "user": "alice",
            "client_id": "app",
            "defect": "nonce-wrong",
            "struck": True,
            "requests": ["authorize", "token", "keys"],
            "request": described,
        },
        {
            "user": "bob",
            "client_id": "app",
            "defect": "userinfo-sub-other",
            "struck": False,
            "requests": ["authorize", "token"],
            "request": {**described, "scope": "openid"},
        },
    ]
    assert http.get("/staff/admin/logins").json() == {"logins": [], "done": []}
    assert http.delete("/admin/logins").json() == {"logins": [], "done": []}


def test_defect_is_chosen_on_the_page(http: httpx.Client) -> None:
    page = http.get("/authorize", params=REQUEST)
    interaction = read_interaction(page)
    listed = http.post("/login", data={"interaction": interaction, "list_defects": "true"})
    chosen = http.post("/login", data={"interaction": interaction, "defect": "iat-old"})
    form = {"interaction": interaction, "defect": "iat-old", "user": "alice"}
    response = read_response(http.post("/login", data=form))
    claims = read_claims(redeem(http, response["code"]))

    assert "<option" not in page.text
    assert '<option value="iat-old">' in listed.text
    assert "was issued a day ago" in chosen.text
    assert claims["iat"] < claims["auth_time"]


def test_unknown_defect_of_the_page_is_explained(http: httpx.Client) -> None:
    page = http.get("/authorize", params=REQUEST)
    interaction = read_interaction(page)
    answer = http.post("/login", data={"interaction": interaction, "defect": "iat-odl"})

    assert answer.status_code == 400
    assert "did you mean iat-old?" in answer.text


def test_page_offers_no_defects_without_the_admin_surface() -> None:
    with (
        run_token_issuer(issuer="self", admin=False) as issuer,
        patient_http.Client(base_url=issuer.url) as http,
    ):
        page = http.get("/authorize", params=REQUEST)
        form = {"interaction": read_interaction(page), "list_defects": "true"}

        assert "Log in with a defect" not in page.text
        assert http.post("/login", data=form).status_code == 400


def test_fixture_plans_and_reports(issuer: RunningIssuer, http: httpx.Client) -> None:
    issuer.logins.next("alice", defect="error-with-code")
    response = read_response(http.get("/authorize", params=REQUEST))

    assert response["error"] == "access_denied"
    assert response["code"]
    assert [(done.defect, done.struck) for done in issuer.logins.done] == [
        ("error-with-code", True)
    ]


def test_catalogue_is_imported_for_the_first_defect_only() -> None:
    program = (
        "import sys, token_issuer.oauth.provider\n"
        "print([name for name in sys.modules if 'defects.' in name or 'login_defects' in name])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert ran.stdout == "[]\n"
