"""The view Controls: clock, faults, logins and users; and the state in the banner."""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.console.page import Console

pytestmark = pytest.mark.requirement("TI-13")

JWKS: Final = "/.well-known/jwks.json"
WIDTHS: Final = (1280, 390)
CALLBACK: Final = "https://app.test/callback"


def set_faults(api: httpx.Client, *faults: dict[str, Any]) -> None:
    assert api.put("/admin/faults", json={"faults": faults}).is_success


def list_faults(api: httpx.Client) -> list[dict[str, Any]]:
    faults = api.get("/admin/faults").json()["faults"]
    return [state["fault"] for state in faults]


def log_in(api: httpx.Client) -> httpx.URL:
    """Send the request of a client for a login, and return where the browser is sent."""
    request = {
        "client_id": "app", "redirect_uri": CALLBACK, "response_type": "code",
        "scope": "openid email", "state": "s",
    }  # fmt: skip
    client = {"redirect_uris": [CALLBACK]}
    assert api.put("/admin/clients/app", json=client).is_success
    answer = api.get("/authorize", params=request)
    return answer.next_request.url if answer.next_request else answer.url


@pytest.mark.parametrize("width", WIDTHS)
def test_keyboard_sets_the_clock(console: Console, api: httpx.Client, width: int) -> None:
    console.browser.reset(width=width)
    console.open("controls")
    assert "The same as the system clock." in console.text
    console.tab_to("[name='now']")
    console.browser.type("2030-05-06T12:00:00Z")
    console.tab_to("[name='frozen']")
    console.browser.press("Space", "Enter")

    console.wait_for_text("2030-05-06 12:00:00Z")
    assert "ahead of the system clock, and frozen." in console.text
    assert "clock is frozen" in console.banner
    assert api.get("/health").headers["Date"] == "Mon, 06 May 2030 12:00:00 GMT"
    console.check()


def test_clock_is_frozen_and_runs_again(console: Console, api: httpx.Client) -> None:
    console.open("controls")
    console.press("Freeze")
    console.wait_for_text("and frozen.")
    assert api.get("/admin/clock").json()["frozen"]
    console.press("Let it run")
    console.wait_for_text("The same as the system clock.")
    assert not api.get("/admin/clock").json()["frozen"]
    console.browser.fill("[name='offset']", "-8d")
    console.press("Set the clock")
    console.wait_for_text("8 days behind the system clock.")
    console.press("Reset the clock")

    console.wait_for_text("The same as the system clock.")
    assert abs(api.get("/admin/clock").json()["offset_s"]) < 1


@pytest.mark.parametrize("width", WIDTHS)
def test_wrong_offset_is_reported_at_its_field(console: Console, width: int) -> None:
    console.browser.reset(width=width)
    console.open("controls")
    console.browser.fill("[name='offset']", "tomorrow")
    console.press("Set the clock")

    console.browser.wait_for("[name='offset'][aria-invalid='true']")
    problem = console.browser.read(".field:has([name='offset']) .wrong")
    assert "not a duration such as 90s" in problem
    console.check()


@pytest.mark.parametrize("width", WIDTHS)
def test_keyboard_adds_a_fault(console: Console, api: httpx.Client, width: int) -> None:
    set_faults(
        api,
        {"kind": "status", "paths": ["/userinfo"], "requests": 3},
        {"kind": "delay", "delay": 0, "requests": 1},
    )
    assert api.get("/userinfo").status_code == 503
    assert api.get(JWKS).is_success
    console.browser.reset(width=width)
    console.open("controls")
    assert "/userinfo · has struck 1 request · 2 requests left" in console.text
    assert "delay: 0 · has struck 1 request · over" in console.text
    console.tab_to("[name='kind']")
    console.browser.type("oauth")
    assert "The response is an OAuth error." in console.text
    console.tab_to("[name='error']")
    console.browser.type("invalid_grant")
    console.tab_to("[name='paths']")
    console.browser.type("/token")
    console.browser.press("Enter")

    console.wait_for_text("/token · error: invalid_grant · has struck 0 requests")
    assert list_faults(api) == [
        {"kind": "status", "paths": ["/userinfo"], "requests": 3},
        {"kind": "oauth-error", "error": "invalid_grant", "paths": ["/token"]},
    ]
    assert "/userinfo · has struck 1 request · 2 requests left" in console.text
    assert api.post("/token").json()["error"] == "invalid_grant"
    assert "2 faults" in console.banner
    console.check()


def test_fault_has_the_options_of_its_kind(console: Console) -> None:
    console.open("controls")
    shown = """[...document.querySelectorAll("form:has([name='kind']) .field")]
        .filter((field) => field.checkVisibility())
        .map((field) => field.querySelector("[name]").name)"""
    assert console.browser.evaluate(shown) == [
        "kind", "status", "retry_after", "paths", "requests", "for",
    ]  # fmt: skip
    console.browser.fill("[name='retry_after']", "5s")
    console.browser.select("[name='kind']", "empty")

    assert console.browser.evaluate(shown) == ["kind", "paths", "requests", "for"]
    assert console.browser.evaluate("document.querySelector('[name=retry_after]').value") == ""
    suggested = "document.querySelector('[name=paths]').list.options[0].value"
    assert console.browser.evaluate(suggested) == JWKS
    kinds = console.browser.evaluate(
        "[...document.querySelector('[name=kind]')].map((o) => o.value)"
    )
    assert len(kinds) == 19
    assert all(kinds)
    assert "The key documents hold no keys." in console.text


def test_wrong_fault_is_reported_at_its_field(console: Console, api: httpx.Client) -> None:
    console.open("controls")
    for kind, field, value, problem in (
        ("delay", "delay", "soon", "delay: not a duration such as 90s"),
        ("status", "status", "200", "status: expected 400 to 599"),
        ("status", "requests", "many", "requests: expected a number"),
        ("status", "requests", "0", "Expected `int` >= 1"),
        ("status", "paths", "/nowhere", "paths: '/nowhere' is invalid; expected one of"),
        ("oauth-error", "paths", "", "paths: missing; name the endpoints"),
    ):
        console.browser.select("[name='kind']", kind)
        console.browser.fill(f"[name='{field}']", value)
        console.press("Add the fault")
        console.wait_for_text(problem)

        assert problem in console.browser.read(f".field:has([name='{field}']) .wrong")
        wrong = "[...document.querySelectorAll('[aria-invalid]')].map((input) => input.name)"
        assert console.browser.evaluate(wrong) == [field]
        assert console.browser.evaluate("document.activeElement.name") == field
        console.browser.fill(f"[name='{field}']", "")

    assert list_faults(api) == []


def test_faults_are_removed(console: Console, api: httpx.Client) -> None:
    kinds = ("empty", "delay", "max-age")
    set_faults(api, *({"kind": kind} for kind in kinds))
    console.open("controls")
    console.press("Remove delay 2")
    console.wait_for_banner("2 faults")
    assert list_faults(api) == [{"kind": "empty"}, {"kind": "max-age"}]
    console.press("Remove all faults")

    console.wait_for_text("No fault is set.")
    assert list_faults(api) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_keyboard_plans_a_login(console: Console, api: httpx.Client, width: int) -> None:
    console.browser.reset(width=width)
    console.open("controls")
    assert "No login is planned" in console.text
    assert "Nobody has logged in yet." in console.text
    console.tab_to("[name='user']")
    console.browser.type("bob")
    console.tab_to("[name='defect']")
    console.browser.type("state-wrong")
    console.tab_to("form:has([name='deny']) [name='claims']")
    console.browser.type('{"email": "robert@corp.test"}')
    console.tab_to("form:has([name='deny']) [type='submit']")
    console.browser.press("Enter")
    console.wait_for_text("bob logs in")
    assert "with the defect state-wrong · email: robert@corp.test" in console.text
    assert "1 planned login" in console.banner

    query = parse_qs(urlsplit(str(log_in(api))).query)
    assert query["code"]
    assert query["state"] != ["s"]
    console.wait_for_text("1. bob at app")
    assert "asked for openid email · sent state · has requested authorize" in console.text
    assert "defect state-wrong has struck" in console.text
    assert "No login is planned" in console.text
    console.check()
    console.press("Forget all logins")
    console.wait_for_text("Nobody has logged in yet.")
    assert api.get("/admin/logins").json() == {"logins": [], "done": []}


def test_login_is_denied(console: Console, api: httpx.Client) -> None:
    console.open("controls")
    console.browser.click("[name='deny']")
    console.press("Plan the login")
    console.wait_for_text("The user denies")

    assert parse_qs(urlsplit(str(log_in(api))).query)["error"] == ["access_denied"]


@pytest.mark.parametrize("width", WIDTHS)
def test_unknown_user_is_reported_at_the_field(console: Console, width: int) -> None:
    console.browser.reset(width=width)
    console.open("controls")
    console.browser.fill("[name='user']", "nobody")
    console.press("Plan the login")

    console.browser.wait_for("[name='user'][aria-invalid='true']")
    problem = console.browser.read(".field:has([name='user']) .wrong")
    assert problem == "user: no user is named 'nobody'; known users: alice, bob, carol"
    console.check()


@pytest.mark.parametrize("width", WIDTHS)
def test_keyboard_adds_a_user(console: Console, api: httpx.Client, width: int) -> None:
    console.browser.reset(width=width)
    console.open("controls")
    console.tab_to("[name='name']")
    console.browser.type("erin")
    console.tab_to("form:has([name='name']) [name='claims']")
    console.browser.type('{"groups": ["<b>qa</b>"]}')
    console.tab_to("form:has([name='name']) [type='submit']")
    console.browser.press("Enter")

    console.wait_for_text('groups: ["<b>qa</b>"]')
    users = {user["name"]: user for user in api.get("/admin/users").json()["users"]}
    assert users["erin"]["claims"]["groups"] == ["<b>qa</b>"]
    console.check()


def test_user_is_edited_and_removed(console: Console, api: httpx.Client) -> None:
    console.open("controls")
    console.press("Edit bob")
    claims = "form:has([name='name']) [name='claims']"
    text = console.browser.evaluate(f'document.querySelector("{claims}").value')
    console.browser.fill(claims, text.replace("bob@example.com", "robert@corp.test"))
    console.press("Add or replace the user")
    console.wait_for_text("email: robert@corp.test")
    console.press("Remove bob")
    console.browser.click("dialog[open] >> button.danger")
    console.browser.wait_until("!document.querySelector('[aria-label=\"Edit bob\"]')")

    assert [user["name"] for user in api.get("/admin/users").json()["users"]] == ["alice", "carol"]


def test_wrong_user_is_reported_at_its_field(console: Console, api: httpx.Client) -> None:
    claims = "form:has([name='name']) [name='claims']"
    console.open("controls")
    for name, text, field, problem in (
        ("erin", "{", "claims", 'claims: expected a JSON object, such as {"role": "admin"}'),
        ("", "", "name", "name: missing; name the user"),
        ("erin", '{"email": 3}', "claims", "users.erin.email: expected text"),
        ("erin x", "", "name", "name: expected letters, digits"),
        ("..", "", "name", "name: expected letters, digits"),
        ("a/b", "", "name", "name: expected letters, digits"),
    ):
        console.browser.fill("[name='name']", name)
        console.browser.fill(claims, text)
        console.press("Add or replace the user")
        console.wait_for_text(problem)
        place = f"form:has([name='name']) .field:has([name='{field}']) .wrong"
        assert problem in console.browser.read(place)
        assert console.browser.evaluate("document.activeElement.name") == field

    assert len(api.get("/admin/users").json()["users"]) == 3


def test_added_user_is_suggested_for_a_login(console: Console, api: httpx.Client) -> None:
    console.open("controls")
    console.browser.fill("[name='name']", "x@corp.test")
    console.press("Add or replace the user")
    suggested = "[...document.querySelector('[name=user]').list.options].map((o) => o.value)"
    console.browser.wait_until(f"{suggested}.includes('x@corp.test')")

    assert console.browser.evaluate(suggested) == ["alice", "bob", "carol", "x@corp.test"]


def test_changes_made_elsewhere_appear(console: Console, api: httpx.Client) -> None:
    console.open("controls")
    console.tab_to("[name='offset']")
    console.browser.type("2h")
    assert api.put("/admin/clock", json={"offset": "8d"}).is_success
    set_faults(api, {"kind": "empty"}, {"kind": "delay", "delay": 0})
    assert api.post("/admin/logins", json={"user": "carol"}).is_success
    assert api.put("/admin/users/erin", json={}).is_success

    console.wait_for_text("8 days ahead of the system clock.")
    console.wait_for_text("carol logs in")
    console.wait_for_text("erin@example.com")
    assert "the key documents · has struck 0 requests" in console.text
    focused = console.browser.evaluate(
        "[document.activeElement.name, document.activeElement.value]"
    )
    assert focused == ["offset", "2h"]


@pytest.mark.parametrize("width", WIDTHS)
def test_banner_resets_what_is_out_of_the_ordinary(
    console: Console, api: httpx.Client, width: int
) -> None:
    set_faults(api, {"kind": "status"}, {"kind": "delay", "delay": 0})
    assert api.put("/admin/clock", json={"offset": "8d"}).is_success
    assert api.post("/admin/logins", json={"user": "carol"}).is_success
    console.browser.reset(width=width)
    console.open("controls")
    console.wait_for_banner("clock is 8 days ahead · 2 faults · 1 planned login")
    console.browser.evaluate("document.querySelector('header button').focus()")
    console.browser.press("Enter")

    console.wait_for_text("No fault is set.")
    console.wait_for_text("The same as the system clock.")
    console.wait_for_text("No login is planned")
    assert "Reset" not in console.banner
    assert console.browser.evaluate("document.activeElement.localName") == "main"
    assert list_faults(api) == []
    assert api.get(JWKS).is_success
    console.check()


def test_fault_of_the_key_documents_strikes(console: Console, api: httpx.Client) -> None:
    console.open("controls")
    console.browser.fill("[name='requests']", "1")
    console.press("Add the fault")
    console.wait_for_text("the key documents · has struck 0 requests · 1 request left")

    assert api.get(JWKS).status_code == 503
    assert api.get(JWKS).status_code == 200
    console.wait_for_text("has struck 1 request · over")
    assert "fault" not in console.banner
