"""The view Keys: the time line of the key ring, its rotation, and the documents as served."""

import json
from typing import Any, Final

import httpx
import pytest

from tests.browser.browser import Browser
from tests.console.page import Console
from tests.services import Start

pytestmark = pytest.mark.requirement("TI-13")

JWKS: Final = "/.well-known/jwks.json"
CERTIFICATES: Final = "/oauth2/v1/certs"
WIDTHS: Final = (1280, 390)


def list_kids(api: httpx.Client) -> list[str]:
    return [key["kid"] for key in api.get(JWKS).json()["keys"]]


def rotate(api: httpx.Client, **fields: Any) -> None:
    assert api.post("/admin/keys/rotate", json=fields).is_success


def set_faults(api: httpx.Client, *faults: dict[str, Any]) -> None:
    assert api.put("/admin/faults", json={"faults": faults}).is_success


@pytest.mark.parametrize("width", WIDTHS)
def test_keyboard_rotates_the_keys(console: Console, api: httpx.Client, width: int) -> None:
    console.browser.reset(width=width)
    console.open("keys")
    assert "Nothing is planned" in console.text
    console.tab_to("[name='lead']")
    console.browser.type("2h")
    console.tab_to("[name='retention']")
    console.browser.type("1h")
    console.browser.press("Enter")

    console.wait_for_text("In 1 hour 59 minutes: dev-key stops signing, dev-key-2 starts to sign")
    assert list_kids(api) == ["dev-key", "dev-key-2"]
    assert "In 2 hours 59 minutes: dev-key is removed" in console.text
    assert "Published, but does not sign yet." in console.text
    console.wait_for_text("2 keys: dev-key, dev-key-2")
    assert console.browser.evaluate("document.activeElement.name") == "retention"
    console.check()


@pytest.mark.parametrize("width", WIDTHS)
def test_wrong_duration_is_reported_at_its_field(console: Console, width: int) -> None:
    console.browser.reset(width=width)
    console.open("keys")
    console.browser.fill("[name='lead']", "soon")
    console.press("Rotate")

    console.browser.wait_for("[name='lead'][aria-invalid='true']")
    problem = console.browser.read(".field:has([name='lead']) .wrong")
    assert "'soon' is not a duration such as 90s" in problem
    assert console.browser.evaluate("document.activeElement.name") == "lead"
    console.check()


def test_emergency_removes_the_other_keys(console: Console, api: httpx.Client) -> None:
    console.open("keys")
    console.browser.select("[name='mode']", "emergency")
    console.press("Rotate")

    console.wait_for_text("No longer published. Verifiers reject its tokens.")
    assert list_kids(api) == ["dev-key-2"]
    console.wait_for_text("1 key: dev-key-2")


def test_key_that_signs_before_it_is_published(console: Console, api: httpx.Client) -> None:
    rotate(api, mode="sign-before-publish", lead="2h")
    console.open("keys")

    assert "Signs now, but verifiers cannot fetch it." in console.text
    assert "dev-key-2 is published" in console.text
    assert list_kids(api) == ["dev-key"]


def test_key_is_removed_after_a_confirmation(console: Console, api: httpx.Client) -> None:
    rotate(api, lead="2h")
    console.open("keys")
    console.press("Remove dev-key-2")
    console.browser.wait_for("dialog[open] >> text=Verifiers that fetch them reject its tokens.")
    console.check()
    console.browser.press("Escape")
    assert list_kids(api) == ["dev-key", "dev-key-2"]
    console.press("Remove dev-key-2")
    console.browser.click("dialog[open] >> button.danger")

    console.wait_for_text("1 key: dev-key")
    assert list_kids(api) == ["dev-key"]


def test_key_that_signs_stays(console: Console, api: httpx.Client) -> None:
    console.open("keys")
    console.press("Remove dev-key")
    console.browser.click("dialog[open] >> button.danger")

    assert "is the active signing key; rotate first" in console.browser.read("dialog[open] .error")
    assert list_kids(api) == ["dev-key"]
    console.check()


def test_documents_show_what_caches_may_do(console: Console) -> None:
    console.open("keys")
    console.wait_for_text("Verifiers may keep it for 5 minutes.", count=2)

    assert "1 key: dev-key" in console.text
    assert "Cache-Control" in console.text
    console.browser.click("summary >> nth=0")
    served = json.loads(console.browser.read(f"[aria-label='Body of {JWKS}']"))
    assert [key["kid"] for key in served["keys"]] == ["dev-key"]


def test_documents_show_faults(console: Console, api: httpx.Client) -> None:
    console.open("keys")
    console.wait_for_text("1 key: dev-key", count=2)
    for fault, shown, is_whole in (
        ({"kind": "status", "status": 503}, "HTTP 503", False),
        ({"kind": "malformed"}, "not JSON", True),
        ({"kind": "reset"}, "no response: the connection was closed", False),
        ({"kind": "truncated"}, "incomplete response: the connection was closed", False),
        ({"kind": "redirect"}, "a redirect", False),
        ({"kind": "empty"}, "No keys", True),
        ({"kind": "many"}, "1000 keys: extra-0, extra-1, extra-2", True),
        ({"kind": "max-age", "max_age": "0s"}, "Verifiers must fetch it each time.", False),
    ):
        set_faults(api, {**fault, "paths": [JWKS]})
        console.press("Fetch again")
        console.wait_for_text(shown)
        console.wait_for_text("1 key: dev-key", count=2 if fault["kind"] == "max-age" else 1)

        assert console.text.count("Verifiers may keep it") == 1 + is_whole, fault
        assert ("and 990 more" in console.text) is (fault["kind"] == "many")
        assert console.browser.find_problems() == []


def test_late_response_does_not_replace_a_later_one(console: Console, api: httpx.Client) -> None:
    console.open("keys")
    console.wait_for_text("1 key: dev-key", count=2)
    rotate(api, lead="2h")
    console.wait_for_text("2 keys: dev-key, dev-key-2", count=2)
    set_faults(api, {"kind": "drip", "interval": 60, "requests": 2}, {"kind": "stale"})
    console.browser.evaluate(
        "void document.querySelector('main section:last-child button').click()"
    )
    while api.get("/admin/faults").json()["faults"][0]["requests_left"]:
        pass
    rotate(api, lead="3h")

    console.wait_for_text("2 keys: dev-key, dev-key-2", count=2)
    set_faults(api)
    console.browser.wait_until("!document.querySelector('[aria-busy]')")
    assert "incomplete response" not in console.text


def test_documents_are_fetched_only_if_the_keys_change(console: Console, api: httpx.Client) -> None:
    console.open("keys")
    console.wait_for_text("1 key: dev-key", count=2)
    console.wait_for_next_read("/admin/keys")
    counts = api.get("/admin/requests").json()["counts"]
    assert (counts[JWKS], counts[CERTIFICATES]) == (1, 1)
    rotate(api, lead="2h")

    console.wait_for_text("2 keys: dev-key, dev-key-2", count=2)
    counts = api.get("/admin/requests").json()["counts"]
    assert (counts[JWKS], counts[CERTIFICATES]) == (2, 2)


def test_simulated_clock_leaves_the_time_line_alone(console: Console, api: httpx.Client) -> None:
    rotate(api, lead="2h")
    assert api.put("/admin/clock", json={"offset": "8d"}).is_success
    console.open("keys")

    assert "clock is 8 days ahead" in console.banner
    console.wait_for_text("In 1 hour 59 minutes")


def test_planned_rotation_counts_down(console: Console, start_issuer: Start) -> None:
    issuer = start_issuer(TOKEN_ISSUER_ROTATION="google")
    Console(console.browser, issuer.url).open("keys")

    console.wait_for_text("In 7 days 23 hours: a new key is published")


def test_countdown_leaves_the_focus_alone(console: Console, api: httpx.Client) -> None:
    rotate(api, lead="2h")
    console.open("keys")
    console.tab_to("[aria-label='Remove dev-key']")
    before = console.browser.read(".next")
    console.browser.wait_until(f"document.querySelector('.axis').innerText !== {before!r}")
    console.wait_for_next_read("/admin/keys")
    rotate(api, lead="3h")
    console.wait_for_text("dev-key-3 starts to sign")

    label = console.browser.evaluate("document.activeElement.ariaLabel")
    assert label == "Remove dev-key"


@pytest.mark.requirement("TI-12")
def test_rotation_of_derived_keys_is_refused_with_the_reason(
    chromium: Browser, start_issuer: Start
) -> None:
    issuer = start_issuer(TOKEN_ISSUER_KEY_SEED="correct horse battery staple")
    chromium.reset()
    console = Console(chromium, issuer.url)
    console.open("keys")
    console.press("Rotate")

    console.wait_for_text("unset TOKEN_ISSUER_KEY_SEED to change them on demand")
    assert "1 key: dev-key" in console.text
    console.check()
