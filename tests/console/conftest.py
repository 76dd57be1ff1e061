"""Fixtures: issuers, and their consoles in a browser.

A test that changes an issuer uses `console`, whose issuer is new. `shared_console` is for tests
that change nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import httpx
import pytest

from tests.browser.browser import CLIPBOARD, Browser
from tests.console.page import Console
from tests.machine import INSTALL_TIMEOUT_S
from tests.services import Service, Start

SECRET: Final = "a-secret-for-the-console"
STAFF: Final = "[issuers.staff]\nprofile = 'google'\naudience = 'staff-api'\n"

CHANGES: Final = (
    ("POST", "/admin/keys/rotate", {"lead": "0s", "retention": "1h"}),
    ("POST", "/admin/keys/rotate", {"lead": "1h"}),
    ("PUT", "/admin/clock", {"offset": "8d"}),
    ("PUT", "/admin/faults", {"faults": [{"kind": "delay", "delay": 0.01}]}),
    ("PUT", "/admin/users/erin", {"groups": ["admin"]}),
    ("PUT", "/admin/clients/app", {"redirect_uris": ["https://app.test/callback"]}),
    ("POST", "/admin/logins", {"user": "erin", "defect": "nonce-wrong"}),
)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:  # the first test installs the browser
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(2 * INSTALL_TIMEOUT_S))


def show(browser: Browser, url: str) -> Console:
    browser.reset(permissions=CLIPBOARD)
    return Console(browser, url)


@pytest.fixture
def issuer(start_issuer: Start) -> Service:
    """Start an issuer on a loopback address, whose console has all controls."""
    return start_issuer()


@pytest.fixture
def api(issuer: Service) -> Iterator[httpx.Client]:
    """Return another client of the issuer of `console`."""
    with httpx.Client(base_url=issuer.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def console(chromium: Browser, issuer: Service) -> Console:
    return show(chromium, issuer.url)


@pytest.fixture
def secret_console(chromium: Browser, start_issuer: Start) -> Console:
    """Return the console of an issuer whose admin surface requires `SECRET`."""
    return show(chromium, start_issuer(TOKEN_ISSUER_ADMIN_TOKEN=SECRET).url)


@pytest.fixture
def about_page(chromium: Browser, start_issuer: Start) -> Console:
    """Return the page of an issuer without an admin surface."""
    return show(chromium, start_issuer(TOKEN_ISSUER_ADMIN="false").url)


@pytest.fixture
def staff_console(
    chromium: Browser, start_issuer: Start, tmp_path_factory: pytest.TempPathFactory
) -> Console:
    """Return the console of the issuer `staff`, one of two of a process."""
    profiles = tmp_path_factory.mktemp("profiles") / "profiles.toml"
    profiles.write_text(STAFF, encoding="utf-8")
    issuer = start_issuer(TOKEN_ISSUER_PROFILES=str(profiles))
    return show(chromium, f"{issuer.url}/staff")


@pytest.fixture(scope="module")
def busy_issuer(start_shared_issuer: Start) -> Service:
    """Start an issuer whose state is out of the ordinary in each respect."""
    issuer = start_shared_issuer()
    with httpx.Client(base_url=issuer.url, trust_env=False, timeout=60) as client:
        for method, path, body in CHANGES:
            answer = client.request(method, path, json=body)
            assert answer.is_success, answer.text
        client.get("/.well-known/jwks.json")
        client.post("/token", json={"sub": "<b>alice</b>", "exp": "-5m"})
        assert client.post("/token", json={"exp": "tomorrow"}).is_client_error
    return issuer


@pytest.fixture
def shared_console(chromium: Browser, busy_issuer: Service) -> Console:
    """Return the console of an issuer that tests share, and must not change."""
    return show(chromium, busy_issuer.url)
