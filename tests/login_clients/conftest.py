"""Fixtures: each application with an issuer, and a browser."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from tests.login_clients import compiled, scripts
from tests.login_clients.application import Application
from tests.login_clients.browser import Browser
from tests.login_clients.chromium import AnyBrowser, Chromium
from tests.login_clients.stack import Stack, run_stack
from tests.services import Start

APPLICATIONS: Final = {**compiled.APPLICATIONS, **scripts.APPLICATIONS}


@pytest.fixture(scope="session")
def installed() -> Iterator[Callable[[Application], object]]:
    """Install all applications at the same time, and return a function that waits for one."""
    installers = {application.install for application in APPLICATIONS.values()}
    with ThreadPoolExecutor(len(installers)) as pool:
        installations = {install: pool.submit(install) for install in installers}
        yield lambda application: installations[application.install].result()


@pytest.fixture(scope="module", params=APPLICATIONS)
def stack(
    request: pytest.FixtureRequest,
    installed: Callable[[Application], object],
    start_shared_issuer: Start,
    upstream_url: str,
) -> Iterator[Stack]:
    application = APPLICATIONS[request.param]
    installed(application)
    with run_stack(application, start_shared_issuer, upstream_url) as stack:
        yield stack


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    with Chromium() as chromium:
        yield chromium


@pytest.fixture
def browser(stack: Stack, request: pytest.FixtureRequest) -> Iterator[AnyBrowser]:
    """Return a browser that nobody has used, and that can show the application of the stack."""
    if stack.application.needs_script:
        chromium: Chromium = request.getfixturevalue("chromium")
        chromium.forget()
        yield chromium
    else:
        with Browser() as browser:
            yield browser
