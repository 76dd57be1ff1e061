"""Each view of the console: usable by everyone, on each screen, and by keyboard alone."""

from typing import Final

import pytest

from tests.console.conftest import SECRET
from tests.console.page import VIEWS, Console
from tests.services import Service

pytestmark = pytest.mark.requirement("TI-13")

MAX_STEPS: Final = 2000
FIND_CONTROLS: Final = """(() => {
  globalThis.visited ??= new Set();
  const controls = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(controls)].filter(
    (element) => element.checkVisibility() && !element.disabled && element.tabIndex >= 0
      && !(element.type === "radio" && !element.checked)
  );
})()"""
STEP: Final = """(() => {
  globalThis.visited ??= new Set();
  const element = document.activeElement;
  const isNew = element !== document.body && !visited.has(element);
  visited.add(element);
  const style = getComputedStyle(element);
  const isSeen = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return { isNew, unseen: isNew && !isSeen ? element.outerHTML.slice(0, 200) : null };
})()"""
MISSED: Final = f"""{FIND_CONTROLS}
  .filter((element) => !visited.has(element)).map((element) => element.outerHTML.slice(0, 200))"""


MAX_PAGE_BYTES: Final = 60_000
WEIGHT: Final = """performance.getEntriesByType("navigation")
  .concat(performance.getEntriesByType("resource").filter(({ name }) => name.includes("/console/")))
  .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0)"""
"""The size of the page, its style sheet and its scripts, without compression."""


def test_navigation_has_every_view() -> None:
    assert VIEWS == ("mint", "inspect", "keys", "controls", "requests", "breaking")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_view_is_accessible_and_fits(
    shared_console: Console, view: str, width: int, scheme: str
) -> None:
    shared_console.browser.reset(width=width, scheme=scheme)
    shared_console.open(view)

    shared_console.check()
    assert shared_console.browser.failures == []


@pytest.mark.parametrize("view", VIEWS)
def test_page_that_opens_with_a_view_is_light(shared_console: Console, view: str) -> None:
    shared_console.open(view)

    assert 30_000 < shared_console.browser.evaluate(WEIGHT) < MAX_PAGE_BYTES


@pytest.mark.parametrize("view", VIEWS)
def test_keyboard_reaches_each_control(shared_console: Console, view: str) -> None:
    shared_console.open(view)
    browser, unseen = shared_console.browser, []
    for _ in range(MAX_STEPS):
        browser.press("Tab")
        step = browser.evaluate(STEP)
        if not step["isNew"]:
            break
        unseen += [step["unseen"]] if step["unseen"] else []

    assert browser.evaluate(MISSED) == []
    assert unseen == [], "the focus is not visible on these"


def test_keyboard_opens_each_view(shared_console: Console) -> None:
    shared_console.open()
    browser = shared_console.browser
    for view in VIEWS[1:]:
        browser.evaluate("document.querySelector('nav a').focus()")
        browser.press(*["Tab"] * VIEWS.index(view), "Enter")
        shared_console.wait_for_view(view)
        assert browser.evaluate("document.activeElement.localName") == "main"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_without_admin_surface_is_accessible_and_fits(
    about_page: Console, width: int, scheme: str
) -> None:
    browser = about_page.browser
    browser.reset(width=width, scheme=scheme)
    browser.goto(f"{about_page.url}/")

    about_page.check()
    assert browser.failures == []
    assert browser.evaluate("document.scripts.length") == 0
    assert "TOKEN_ISSUER_ADMIN" in browser.text


def test_console_asks_for_the_secret(secret_console: Console) -> None:
    browser = secret_console.browser
    browser.goto(f"{secret_console.url}/#keys")
    browser.wait_for("#secret input")
    secret_console.check()
    secret_console.give_secret("wrong")
    browser.wait_for("#secret >> role=alert")
    secret_console.check()
    secret_console.give_secret(SECRET)

    secret_console.wait_for_view("keys")
    secret_console.check()


@pytest.mark.parametrize("view", VIEWS)
def test_named_issuer_has_a_console(staff_console: Console, view: str) -> None:
    staff_console.open(view)

    staff_console.check()
    assert staff_console.browser.failures == []
    assert all(url.startswith(f"{staff_console.url}/") for url in staff_console.browser.requests)


def test_unknown_path_of_the_console_is_reported(console: Console) -> None:
    console.browser.goto(f"{console.url}/console/nothing.js")

    assert "the console has no file nothing.js" in console.browser.text


def test_console_says_that_the_issuer_has_stopped(console: Console, issuer: Service) -> None:
    console.open()
    issuer.stop()
    console.browser.wait_until(
        "document.querySelector('header').innerText.includes('The issuer does not answer')"
    )

    assert console.browser.find_problems() == []
