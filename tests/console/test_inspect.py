"""Inspecting in the console: the parts of any text, and what a strict verifier says about it."""

from typing import Any, Final

import httpx
import pytest

from tests.console.page import Console
from tests.services import Service, Start

pytestmark = pytest.mark.requirement("TI-13")

MARKUP: Final = "<img src=x onerror=alert(1)>"
JWE_HEADER: Final = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0"  # {"alg":"dir","enc":"A256GCM"}


def mint(console: Console, **fields: Any) -> str:
    answer = httpx.post(f"{console.url}/token", json=fields, trust_env=False)
    assert answer.is_success, answer.text
    return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def issuer(start_shared_issuer: Start) -> Service:
    """Start an issuer for all tests, which only mint tokens."""
    return start_shared_issuer()


@pytest.fixture
def inspect(console: Console) -> Console:
    console.open("inspect")
    return console


def paste(console: Console, text: str, expected: str) -> None:
    """Paste a text, and wait until the view shows *expected*."""
    console.browser.fill("[name=token]", text)
    console.wait_for_text(expected)


@pytest.mark.parametrize("width", [1280, 390])
def test_good_token_is_explained(inspect: Console, width: int) -> None:
    token = mint(inspect, sub="alice", exp="1h")
    inspect.browser.reset(width=width)
    inspect.open("inspect")
    browser = inspect.browser
    inspect.tab_to("[name=token]")
    browser.act("call", "keyboard.insertText", token)
    inspect.wait_for_text("A strict verifier accepts it.")

    inspect.check()
    assert "Signature: " in inspect.text
    assert '"alice"' in inspect.text
    assert "The time from which the token is no longer valid." in inspect.text
    assert ", in 59 minutes" in inspect.text or ", in 1 hour" in inspect.text
    assert browser.read("pre .part-2") == token.split(".")[1]
    assert browser.evaluate("document.querySelectorAll('.part').length") == 3


def test_nothing_is_sent_before_there_is_a_text(inspect: Console) -> None:
    inspect.browser.fill("[name=token]", "  ")
    paste(inspect, "x", "This is not a JWT")

    requests = [url for url in inspect.browser.requests if url.endswith("/admin/inspect")]
    assert len(requests) == 1


def test_expired_token_is_rejected(inspect: Console) -> None:
    paste(inspect, mint(inspect, exp="-5m"), "A strict verifier rejects it: ")

    assert "(token_expired)" in inspect.text
    assert "5 minutes" in inspect.text
    assert " ago." in inspect.text
    inspect.check()


def test_defect_is_recognised_and_can_be_minted(inspect: Console) -> None:
    paste(inspect, mint(inspect, defect="alg-none"), "Similar to the defect alg-none: ")
    inspect.check()
    inspect.browser.click("main >> text=Mint another")
    inspect.wait_for_view("mint")

    assert inspect.browser.evaluate("document.querySelector('[name=defect]').value") == "alg-none"
    inspect.wait_for_text('"alg": "none"')


def test_verifier_expects_what_is_typed(inspect: Console) -> None:
    paste(inspect, mint(inspect, aud="my-api", iss="https://other.test"), "rejects it")
    inspect.browser.fill("[name=audience]", "my-api")
    inspect.browser.fill("[name=issuer]", "https://other.test")
    inspect.wait_for_text("A strict verifier accepts it.")

    assert "expects the issuer https://other.test and the audience my-api." in inspect.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{JWE_HEADER}..AAAA.AAAA.AAAA", "This is an encrypted token (JWE)."),
        (f"dev-only-code.{'A' * 64}", "opaque"),
        ("héllo wörld 💡", "This is not a JWT"),
        ("{}", "This is not a JWT"),
        ("Bearer ey.ey.ey", "The scheme Bearer was removed."),
    ],
)
def test_any_text_is_described(inspect: Console, text: str, words: str) -> None:
    paste(inspect, text, words)

    inspect.check()
    assert inspect.browser.failures == []


@pytest.mark.parametrize("width", [1280, 390])
def test_markup_and_invisible_characters_show_as_text(inspect: Console, width: int) -> None:
    claims = {MARKUP: MARKUP, "name\u202e": "\u202eevil\u2066\u200b\u00a0\U000e0041", "rtl": "שלום"}
    token = mint(inspect, claims=claims)
    inspect.browser.reset(width=width)
    inspect.open("inspect")
    paste(inspect, token, MARKUP)

    assert inspect.browser.evaluate("document.querySelectorAll('img').length") == 0
    assert r"\u202eevil\u2066\u200b\u00a0\udb40\udc41" in inspect.text
    assert r"name\u202e" in inspect.text
    assert "שלום" in inspect.text
    inspect.check()


@pytest.mark.parametrize("width", [1280, 390])
def test_long_value_scrolls_in_its_box(inspect: Console, width: int) -> None:
    token = mint(inspect, claims={"long": "W" * 15_000, "name" * 200: 1})
    inspect.browser.reset(width=width)
    inspect.open("inspect")
    paste(inspect, token, "long")
    height = "document.querySelector('td pre').clientHeight"

    assert inspect.browser.evaluate(height) < 500
    inspect.check()


def test_text_that_is_too_long_is_an_error(inspect: Console) -> None:
    paste(inspect, "x" * 300_000, "larger than 256 KiB")

    inspect.check()
    assert "A strict verifier" not in inspect.text
