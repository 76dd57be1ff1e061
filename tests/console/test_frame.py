"""The frame of the console: addresses, what was typed, the secret, the clipboard, a lost issuer."""

import pytest

from tests.browser.browser import Browser
from tests.console.conftest import SECRET
from tests.console.page import Console
from tests.services import Start

pytestmark = pytest.mark.requirement("TI-13")


@pytest.mark.parametrize("address", ["#nowhere", "#main", "#?x", "#mint?%zz&sub"])
def test_address_without_a_view_shows_the_first_one(shared_console: Console, address: str) -> None:
    shared_console.browser.goto(f"{shared_console.url}/{address}")
    shared_console.wait_for_view("mint")

    shared_console.check()


def test_skip_link_keeps_the_view(shared_console: Console) -> None:
    browser = shared_console.browser
    shared_console.open("inspect")
    browser.press("Tab", "Enter")
    assert browser.evaluate("document.activeElement.id") == "main"
    browser.evaluate("location.reload()")
    shared_console.wait_for_view("inspect")

    assert browser.url.endswith("#inspect")


def test_form_is_as_it_was_after_a_return(console: Console) -> None:
    browser = console.browser
    console.open("mint")
    browser.fill("[name=sub]", "zoe")
    browser.select("[name=defect]", "alg-none")
    console.wait_for_text('"sub": "zoe"')
    console.press("Inspect this token")
    console.wait_for_view("inspect")
    browser.evaluate("history.back()")
    console.wait_for_view("mint")
    console.wait_for_text('"sub": "zoe"')
    console.wait_for_text("This is a token with alg none")
    console.follow("breaking")
    browser.fill("[name=target]", "http://localhost:9/zoe")
    browser.evaluate("document.querySelector('[name=no_scheme]').click()")
    console.follow("mint")
    console.follow("breaking")

    assert "http://localhost:9/zoe" in console.text
    assert "--no-scheme" in console.text


def test_values_that_a_view_passes_on_replace_what_was_typed(console: Console) -> None:
    browser = console.browser
    console.open("mint")
    browser.fill("[name=exp]", "-5m")
    console.follow("breaking")
    browser.fill("[name=search]", "aud-missing")
    browser.click(".defect:not([hidden]) summary")
    console.press("Mint it")
    console.wait_for_view("mint")

    assert browser.evaluate("document.querySelector('[name=exp]').value") == ""
    assert browser.evaluate("document.querySelector('[name=defect]').value") == "aud-missing"


def test_late_answers_of_left_views_do_not_show(shared_console: Console) -> None:
    browser = shared_console.browser
    shared_console.open("mint")
    views = ["inspect", "keys", "controls", "requests", "breaking", "mint"] * 4 + ["inspect"]
    browser.evaluate(f"{views}.forEach((view) => {{ location.hash = view }})")
    shared_console.wait_for_view("inspect")

    titles = "[...document.querySelectorAll('h2')].map(({ innerText }) => innerText)"
    assert browser.evaluate(titles) == ["Inspect"]
    shared_console.check()


@pytest.mark.parametrize("secret", ["geheim-€-über", "wrong-secret"])
def test_secret_that_cannot_be_right_is_wrong(secret_console: Console, secret: str) -> None:
    browser = secret_console.browser
    browser.goto(secret_console.url)
    browser.wait_for("#secret input")
    secret_console.give_secret(secret)
    browser.wait_for("#secret >> text=This secret is wrong.")
    secret_console.give_secret(f" {SECRET} ")  # as it may be pasted
    secret_console.wait_for_view("mint")

    secret_console.check()


@pytest.mark.parametrize("obstacle", ["writeText = () => Promise.reject(new Error())", ""])
def test_copy_works_without_the_permission_for_the_clipboard(
    shared_console: Console, obstacle: str
) -> None:
    browser = shared_console.browser
    shared_console.open("mint")
    change = obstacle or "constructor.prototype.writeText = undefined"
    browser.evaluate(f"void (navigator.clipboard.{change})")
    token = browser.read("main [aria-label=text]")
    shared_console.press("Copy text")
    shared_console.wait_for_text("Copied")

    assert browser.clipboard == token


def test_failed_copy_is_not_called_copied(shared_console: Console) -> None:
    browser = shared_console.browser
    shared_console.open("mint")
    browser.evaluate("void (navigator.clipboard.writeText = undefined)")
    browser.evaluate("void (document.execCommand = () => false)")
    shared_console.press("Copy text")
    shared_console.wait_for_text("The text is selected: press Ctrl+C.")

    assert browser.evaluate("getSelection().toString()").startswith("eyJ")
    assert "Copied" not in shared_console.text


def test_view_says_that_the_issuer_has_stopped_and_recovers(
    chromium: Browser, start_issuer: Start
) -> None:
    issuer = start_issuer()
    chromium.reset()
    console = Console(chromium, issuer.url)
    console.open("mint")
    issuer.stop()
    console.wait_for_text("No token was minted.")
    chromium.click("nav >> a[href='#breaking']")
    console.wait_for_text("The issuer does not answer. Is it still running?")
    console.follow("mint")
    console.wait_for_text("No token was minted.")
    start_issuer(port=int(issuer.url.rpartition(":")[2]))
    console.wait_for_text('"kid": "dev-key"')  # without a further act
