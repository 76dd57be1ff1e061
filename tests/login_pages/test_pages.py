"""The login pages of a running issuer in Chromium: usable by everyone, and by keyboard alone."""

import json
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser.browser import Browser
from tests.login_pages.site import MARKUP, PAGES, Site
from tests.machine import INSTALL_TIMEOUT_S

pytestmark = [
    pytest.mark.requirement("LG-1"),
    pytest.mark.timeout(2 * INSTALL_TIMEOUT_S),  # the first test installs the browser
]


@pytest.fixture
def browser(site: Site) -> Browser:
    """Return a browser with an empty page."""
    site.browser.reset()
    return site.browser


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible_and_fits(site: Site, page: str, width: int, scheme: str) -> None:
    browser = site.browser
    browser.reset(width=width, scheme=scheme)
    PAGES[page](site)

    assert "DEV ONLY" in browser.text
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.evaluate("document.images.length") == 0
    assert browser.evaluate("document.querySelectorAll('h1').length") == 1
    # axe cannot decide about the colours of what is out of sight
    ignored = ["color-contrast"] if page == "many users" else []
    assert browser.find_problems(*ignored) == []
    assert {f"http://{urlsplit(url).netloc}" for url in browser.requests} <= site.issuer_urls


@pytest.mark.parametrize("has_scripts", [True, False])
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_user_logs_in_by_click(site: Site, mode: str, *, has_scripts: bool) -> None:
    browser = site.browser
    browser.reset(has_scripts=has_scripts)
    state = "<\"'>&amp; \xa0\u202e"
    site.begin_login(response_mode=mode, state=state)
    browser.leave_by_click("text=Bob")
    if mode == "form_post":
        if has_scripts:
            browser.wait_for_url(f"{site.client_url}/callback")
        else:
            browser.leave_by_click("text=Continue")

    response = site.read_response()
    assert response["state"] == state
    assert response["code"]
    assert json.loads(browser.text)["method"] == ("POST" if mode == "form_post" else "GET")


def test_user_logs_in_by_keyboard(site: Site, browser: Browser) -> None:
    site.begin_login()
    browser.press("Tab")
    assert browser.focus == "Alice"
    browser.press("Tab")
    assert browser.focus == "Bob"
    browser.leave_by_key("Enter")

    assert site.read_response()["code"]


def test_user_logs_in_with_another_account_by_keyboard(site: Site, browser: Browser) -> None:
    site.begin_login(prompt="login")
    browser.press("Tab", "Tab", "Tab", "Tab")
    assert browser.focus == "Use another account"
    browser.press("Enter", "Tab")
    assert browser.focus == "user"
    browser.type("zoe@corp.test")
    browser.leave_by_key("Enter")

    assert site.read_response()["code"]


def test_user_cancels_by_keyboard(site: Site, browser: Browser) -> None:
    site.begin_login()
    browser.press(*["Tab"] * 5)
    assert browser.focus == "Cancel"
    browser.leave_by_key("Space")

    assert site.read_response()["error"] == "access_denied"


@pytest.mark.parametrize("has_scripts", [True, False])
def test_user_logs_in_with_a_defect(site: Site, *, has_scripts: bool) -> None:
    site.browser.reset(has_scripts=has_scripts)
    site.list_defects()
    site.browser.leave_by_click("button.primary")  # the first of the list
    assert "This is a login that returns with another state" in site.browser.text
    site.browser.leave_by_click("text=Alice")

    assert site.read_response()["state"] == "a-1"


def test_defect_is_chosen_by_keyboard(site: Site, browser: Browser) -> None:
    site.begin_login(prompt="login")
    browser.press(*["Tab"] * 6)
    assert browser.focus == "Log in with a defect"
    browser.leave_by_key("Enter")
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.id") == "defect"
    browser.press("ArrowDown", "Tab")
    assert browser.focus == "Continue"
    browser.leave_by_key("Enter")
    assert "This is a login that returns without state" in browser.text
    browser.press("Tab")
    browser.leave_by_key("Enter")

    assert "state" not in site.read_response()


def test_defect_is_kept_with_another_account(site: Site, browser: Browser) -> None:
    site.choose_defect("error-with-code")
    browser.press("Tab", "Tab", "Tab", "Tab", "Enter", "Tab")
    browser.type("zoe@corp.test")
    browser.leave_by_key("Enter")

    response = site.read_response()
    assert response["code"]
    assert response["error"] == "access_denied"


def test_focus_is_visible_on_each_control(site: Site, browser: Browser) -> None:
    site.begin_login(login_hint="zoe", prompt="select_account")
    outlines = set()
    for _ in range(7):
        browser.press("Tab")
        outlines.add(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert outlines == {"solid"}


def test_rejected_name_can_be_corrected(site: Site, browser: Browser) -> None:
    site.send_name("no name")
    assert "Expected a name or an email address" in browser.text
    browser.type_into_focused("user", "zoe")
    browser.leave_by_key("Enter")

    assert site.read_response()["code"]


def test_device_is_logged_in(site: Site, browser: Browser) -> None:
    codes = site.begin_device_login()
    assert codes["user_code"] in browser.text
    browser.leave_by_click("text=Alice")

    assert "The device is logged in" in browser.text
    answer = httpx.post(
        f"{site.issuer_url}/token",
        data={
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": "tv",
            "device_code": codes["device_code"],
        },
        trust_env=False,
    )
    assert answer.json()["id_token"]


def test_markup_of_a_client_is_text(site: Site, browser: Browser) -> None:
    site.begin_login(client_id=MARKUP, login_hint=MARKUP, scope=MARKUP)
    assert browser.text.count(MARKUP) == 2  # the client and the scope
    assert browser.evaluate("document.querySelector('#name').value") == MARKUP
    assert "<b>Carol</b> \\u202e & Sons" in browser.text
    assert browser.evaluate("document.querySelectorAll('img, b, script').length") == 0


def test_one_of_many_users_is_found_by_name(site: Site, browser: Browser) -> None:
    site.begin_crowded_login()
    assert "100 accounts" in browser.text
    assert browser.evaluate("document.documentElement.scrollHeight") < 2000
    browser.click("#name")
    browser.type("user77")
    browser.leave_by_key("Enter")

    assert site.read_response()["code"]


@pytest.mark.parametrize("path", ["/device", "/logout", "/authorize"])
def test_page_cannot_be_framed(site: Site, browser: Browser, path: str) -> None:
    browser.goto(f"{site.client_url}/")
    browser.evaluate(
        "new Promise((resolve) => {"
        "const frame = document.createElement('iframe'); frame.onload = resolve;"
        f"frame.src = '{site.issuer_url}{path}'; document.body.append(frame); }})"
    )
    assert browser.frame_urls == [f"{site.client_url}/", "chrome-error://chromewebdata/"]


def test_popup_keeps_its_opener(site: Site, browser: Browser) -> None:
    browser.goto(f"{site.client_url}/")
    assert browser.keeps_opener(f"{site.issuer_url}/device")
