"""The API reference in a browser: with each operation open, by deep links, and by keyboard."""

import pytest

from tests.console.page import Console

pytestmark = pytest.mark.requirement("TI-13")

OPEN = "document.querySelectorAll('{selector}').forEach((each) => {{ each.open = {value}; }})"
IS_OPEN = "document.querySelector('#{id}').closest('details').open"
IS_IN_VIEW = """(() => {{
  const summary = document.querySelector("#{id}").closest("details").firstChild;
  const banner = document.querySelector(".banner").getBoundingClientRect();
  const {{ top, bottom }} = summary.getBoundingClientRect();
  return top >= banner.bottom && bottom <= innerHeight;
}})()"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_operations_are_accessible_and_fit(
    shared_console: Console, width: int, scheme: str
) -> None:
    browser = shared_console.browser
    browser.reset(width=width, scheme=scheme)
    browser.goto(f"{shared_console.url}/console/api")
    browser.evaluate(OPEN.format(selector="details", value="true"))
    assert shared_console.overflow == 0
    others = "details:nth-of-type(n + 3)"  # axe takes long for all of them
    browser.evaluate(OPEN.format(selector=others, value="false"))

    shared_console.check()
    assert browser.failures == []


@pytest.mark.parametrize("operation", ["rotateKeys", "schema-KeyState"])
@pytest.mark.parametrize("width", [1280, 390])
def test_deep_link_opens_an_operation(shared_console: Console, operation: str, width: int) -> None:
    browser = shared_console.browser
    browser.reset(width=width, has_scripts=False)
    browser.goto(f"{shared_console.url}/console/api#{operation}")

    assert browser.evaluate(IS_OPEN.format(id=operation))
    assert browser.evaluate(IS_IN_VIEW.format(id=operation))


def test_operation_opens_by_keyboard_and_leads_to_its_schema(shared_console: Console) -> None:
    browser = shared_console.browser
    browser.reset(has_scripts=False)
    browser.goto(f"{shared_console.url}/console/api")
    browser.evaluate("document.querySelector('#listKeys').closest('details').firstChild.focus()")
    browser.press("Enter")
    assert browser.evaluate(IS_OPEN.format(id="listKeys"))
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.hash") == "#schema-KeyList"
    browser.press("Enter")

    assert browser.evaluate(IS_OPEN.format(id="schema-KeyList"))


def test_page_of_a_named_issuer_stays_there(staff_console: Console) -> None:
    browser = staff_console.browser
    browser.reset()
    browser.goto(f"{staff_console.url}/console/api")

    staff_console.check()
    assert browser.failures == []
    assert all(url.startswith(f"{staff_console.url}/") for url in browser.requests)
    browser.leave_by_click("nav >> a")
    assert browser.url.startswith(f"{staff_console.url}/")
