"""Unmodified clients log users in, refresh their tokens, and log them out."""

import time
from typing import Final

import pytest

from tests.login_clients.application import CLIENT_ID
from tests.login_clients.browser import find_form
from tests.login_clients.chromium import AnyBrowser
from tests.login_clients.stack import Stack
from tests.machine import INSTALL_TIMEOUT_S

pytestmark = [
    pytest.mark.requirement("LG-1", "TI-11"),
    pytest.mark.timeout(2 * INSTALL_TIMEOUT_S),  # the first test of a client installs it
]

REFRESH_TIMEOUT_S: Final = 30


def test_page_needs_a_login(stack: Stack, browser: AnyBrowser) -> None:
    assert not stack.sees_user(browser)


def test_user_logs_in(stack: Stack, browser: AnyBrowser) -> None:
    application = stack.application
    before = stack.count(application.userinfo_path)
    page, form = stack.open_chooser(browser)
    authorization_url = stack.issuer_url + application.authorization_path
    (sent,) = [
        url.params for url in browser.visited if str(url).partition("?")[0] == authorization_url
    ]

    browser.submit(page, form, user="alice")
    (received,) = [url.params for url in browser.visited if url.path == application.callback]

    assert stack.sees_user(browser)
    assert (sent["response_type"], sent["client_id"]) == ("code", CLIENT_ID)
    assert sent["redirect_uri"] == stack.url + application.callback
    assert (len(sent["code_challenge"]), sent["code_challenge_method"]) == (43, "S256")
    assert bool(sent.get("nonce")) == application.sends_nonce
    assert sent["state"]
    assert (received["state"], received["iss"]) == (sent["state"], stack.issuer_url)
    assert not application.userinfo_path or stack.count(application.userinfo_path) > before


def test_user_denies_the_login(stack: Stack, browser: AnyBrowser) -> None:
    page, form = stack.open_chooser(browser)

    page = browser.submit(page, form, deny="true")

    (received,) = [url.params for url in browser.visited if url.path == stack.application.callback]
    assert received["error"] == "access_denied"
    assert stack.application.denial in page.text
    assert not stack.sees_user(browser)


def test_tokens_are_refreshed_twice(stack: Stack, browser: AnyBrowser) -> None:
    stack.log_in(browser)

    # The second time with the refresh token of the first.
    for _ in range(2 if stack.application.refresh else 0):
        before = stack.count("/token")
        deadline = time.monotonic() + REFRESH_TIMEOUT_S
        while stack.count("/token") == before:
            assert time.monotonic() < deadline
            stack.refresh(browser)

    assert stack.sees_user(browser)


def test_user_logs_out(stack: Stack, browser: AnyBrowser) -> None:
    application = stack.application
    stack.log_in(browser)
    assert is_remembered(stack, browser)

    stack.log_out(browser)
    visited = list(browser.visited)

    assert not stack.sees_user(browser)
    assert is_remembered(stack, browser) != application.ends_session
    assert bool(stack.count("/revoke")) == application.revokes_tokens
    if application.ends_session:
        logout_url = f"{stack.issuer_url}/logout"
        (sent,) = [url.params for url in visited if str(url).partition("?")[0] == logout_url]
        assert "id_token_hint" in sent or sent["client_id"] == CLIENT_ID
        after_logout = stack.url + application.after_logout
        assert sent["post_logout_redirect_uri"] == after_logout
        assert after_logout in {str(url).partition("?")[0] for url in visited}


def is_remembered(stack: Stack, browser: AnyBrowser) -> bool:
    """Tell whether the issuer logs the user in again without asking."""
    page = stack.start_login(browser)
    return find_form(page, "interaction") is None
