"""An application with a login and the issuer that it trusts, as two processes."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from tests import patient_http
from tests.login_clients.application import CLIENT_ID, CLIENT_SECRET, Application, Place
from tests.login_clients.browser import Form, find_form
from tests.login_clients.chromium import AnyBrowser
from tests.services import Start, find_free_port, read_clean_environ
from tests.verifiers.running import wait_until_it_listens

USER: Final = "alice"
EMAIL: Final = "alice@example.com"


@dataclass(frozen=True)
class Stack:
    """A running application, and the issuer that it trusts."""

    application: Application
    url: str
    issuer_url: str

    def count(self, path: str) -> int:
        """Return the number of successful requests for *path* of the issuer."""
        entries = patient_http.get(f"{self.issuer_url}/admin/requests").json()["requests"]
        return sum(entry["path"] == path and entry["status"] == 200 for entry in entries)

    def sees_user(self, browser: AnyBrowser) -> bool:
        """Tell whether the application shows the user to *browser*."""
        page = browser.open(self.url + self.application.page)
        return page.is_success and str(page.url).startswith(self.url) and EMAIL in page.text

    def start_login(self, browser: AnyBrowser) -> httpx.Response:
        """Start a login, and return a page of the issuer, or of the application if it has ended."""
        return self._open(browser, self.application.login)

    def open_chooser(self, browser: AnyBrowser) -> tuple[httpx.Response, Form]:
        """Start a login, and return the page of the issuer and its form."""
        page = self.start_login(browser)
        form = find_form(page, "interaction")
        assert form is not None, f"{page.status_code} {page.url} {page.text}"
        return page, form

    def log_in(self, browser: AnyBrowser) -> None:
        page, form = self.open_chooser(browser)
        page = browser.submit(page, form, user=USER)
        assert self.sees_user(browser), f"{page.status_code} {page.url} {page.text}"

    def refresh(self, browser: AnyBrowser) -> None:
        """Open the page that uses the refresh token."""
        page = browser.open(self.url + self.application.page)
        token = re.search(r"^access_token (\S+)$", page.text, re.MULTILINE)
        page = self._open(browser, self.application.refresh, token=token[1] if token else "")
        assert page.is_success, page.text

    def log_out(self, browser: AnyBrowser) -> None:
        self._open(browser, self.application.logout)

    def _open(self, browser: AnyBrowser, path: str, **values: str) -> httpx.Response:
        urls = {"app": quote(self.url, safe=""), "issuer": quote(self.issuer_url, safe="")}
        page = browser.open(self.url + path.format(**urls, **values))
        form = find_form(page, self.application.own_form)
        if form is None:
            return page
        visited = browser.visited
        page = browser.submit(page, form)
        browser.visited = visited + browser.visited
        return page


@contextmanager
def run_stack(application: Application, start_issuer: Start, upstream_url: str) -> Iterator[Stack]:
    """Run an installed application and an issuer at which its client is declared.

    Args:
        application: The application.
        start_issuer: Starts the issuer.
        upstream_url: A service that responds with the request that it received.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # Apache is no longer root when it reads its pages
        place = Place(
            issuer_url=start_issuer(
                TOKEN_ISSUER_ISSUER="self",
                TOKEN_ISSUER_PROFILES=str(declare_client(application, Path(folder))),
                **application.issuer_settings,
            ).url,
            port=find_free_port(),
            upstream_url=upstream_url,
            state=Path(folder),
        )
        with run_application(application, place):
            yield Stack(application, place.url, place.issuer_url)


def declare_client(application: Application, folder: Path) -> Path:
    """Write a profiles file for the client of an application, which may be on any port."""
    secret = "" if application.is_public else f'secret = "{CLIENT_SECRET}"'
    file = folder / "profiles.toml"
    file.write_text(
        f"""
[clients.{CLIENT_ID}]
{secret}
require_pkce = true
redirect_uris = ["http://localhost{application.callback}"]
post_logout_redirect_uris = ["http://localhost{application.after_logout}"]
""",
        encoding="utf-8",
    )
    return file


@contextmanager
def run_application(application: Application, place: Place) -> Iterator[None]:
    """Run an application during the block, which starts when the application listens."""
    launch = application.launch(place)
    log = place.state / "application.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            launch.command, env={**read_clean_environ(), **launch.environ}, cwd=place.state,
            stdout=output, stderr=output,
        )  # fmt: skip
        try:
            wait_until_it_listens(process, place.port, log, host="localhost")
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)
