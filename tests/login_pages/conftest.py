"""Fixtures: an issuer, and the login pages that it serves."""

from typing import Final

import pytest

from tests.browser.browser import Browser
from tests.login_pages.site import Site
from tests.services import Start

FEW_USERS: Final = """
[users.alice]
[users.bob]
email = "robert@corp.test"
[users.carol]
name = "<b>Carol</b> \\u202e & Sons"
"""
MANY_USERS: Final = "".join(f"[users.user{number}]\n" for number in range(100))


@pytest.fixture(scope="module")
def site(
    chromium: Browser,
    start_shared_issuer: Start,
    upstream_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Site:
    """Run the issuers, and a client that shows the requests that it receives."""
    folder = tmp_path_factory.mktemp("profiles")

    def start(name: str, profiles: str) -> str:
        file = folder / name
        file.write_text(profiles, encoding="utf-8")
        return start_shared_issuer(TOKEN_ISSUER_PROFILES=str(file)).url

    return Site(
        browser=chromium,
        issuer_url=start("few.toml", FEW_USERS),
        crowded_url=start("many.toml", MANY_USERS),
        client_url=upstream_url,
    )
