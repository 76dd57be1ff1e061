# DEV-ONLY: never ship to production.
"""Visits of the application: each with cookies of its own, over redirects and forms.

A visit never reaches hosts that may not be probed. It asks the issuer only once for a login: some
applications restart a login that they reject, and the issuer would remember the browser.
"""

import http.client
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

from token_issuer.browser.browser import Browser, Page
from token_issuer.browser.forms import Form, read_page
from token_issuer.browser.logins import IssuerPages, continue_login
from token_issuer.browser.navigation import Navigation
from token_issuer.errors import BrowserError
from token_issuer.media_types import HTML_TYPE
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.rate_limit import RateLimiter

_MAX_START_FORMS: Final = 2
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class View:
    """What a visitor sees at the end of a navigation.

    Attributes:
        url: The URL of the page, or the one that was not opened.
        status: The status of the page; None without a page.
        text: The page.
        failure: Whether the application crashed or hung; None if it responded.
        problem: Why there is no page; empty if there is one.
    """

    url: str
    status: int | None = None
    text: str = ""
    failure: Reaction | None = None
    problem: str = ""


class Visitor(Protocol):
    """A visitor with cookies."""

    def log_in(self, url: str) -> View:
        """Start a login at *url*, and follow it until it ends."""

    def open(self, url: str) -> View:
        """Open *url*, without logging in."""


class Driver(Protocol):
    """Lets visitors visit the application."""

    def start_visit(self) -> AbstractContextManager[Visitor]:
        """Return a context manager that yields a visitor without cookies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The limits of all visits.

    Attributes:
        issuer_pages: Recognizes the pages of the issuer.
        may_log_in: Returns whether the issuer still has a login planned.
        may_visit: Returns whether a host may be visited.
        rate_limiter: Limits the requests.
        timeout_s: Time limit of a login, in seconds.
        ca_files: Files of certificates that are trusted besides those of this machine.
    """

    issuer_pages: IssuerPages
    may_log_in: Callable[[], bool]
    may_visit: Callable[[str], bool]
    rate_limiter: RateLimiter
    timeout_s: float
    ca_files: Sequence[Path] = ()

    def follows(self, url: str) -> bool:
        """Tell whether a visitor opens *url*."""
        self.rate_limiter.wait()
        if self.issuer_pages.is_authorization(url):
            return self.may_log_in()
        return self.issuer_pages.is_at_issuer(url) or self.may_visit(urlsplit(url).hostname or "")


@dataclass(frozen=True, slots=True)
class PageDriver:
    """Visitors that run no scripts."""

    route: Route

    @contextmanager
    def start_visit(self) -> Iterator[Visitor]:
        """Yield a visitor without cookies."""
        yield _PageVisitor(self.route)


class _PageVisitor:
    def __init__(self, route: Route) -> None:
        self._route = route
        self._browser = Browser(
            "", timedelta(seconds=route.timeout_s), route.ca_files, route.follows
        )

    def log_in(self, url: str) -> View:
        return self._view(url, self._log_in)

    def open(self, url: str) -> View:
        return self._view(url, self._open)

    def _view(self, url: str, navigate: Callable[[str], Page]) -> View:
        self._route.rate_limiter.wait()
        try:
            page = navigate(url)
        except BrowserError as error:
            failure, problem = self._explain(error)
            return View(url, failure=failure, problem=problem)
        return View(page.url, page.status, page.text)

    def _explain(self, error: BrowserError) -> tuple[Reaction | None, str]:
        """Return whether the application hung or crashed, and what happened."""
        cause = error.__cause__
        if isinstance(cause, TimeoutError):
            return Reaction.HUNG, f"no response within {self._route.timeout_s:g} s"
        if isinstance(cause, ConnectionResetError | BrokenPipeError):
            return Reaction.CRASHED, "it closed the connection without a response"
        is_crash = isinstance(cause, OSError | http.client.HTTPException)
        return Reaction.CRASHED if is_crash else None, str(error)

    def _open(self, url: str) -> Page:
        return self._browser.get(url)

    def _log_in(self, url: str) -> Page:
        deadline = self._browser.start_clock()
        page = self._browser.navigate(Navigation("GET", url), (), deadline)
        for _ in range(_MAX_START_FORMS):
            if any(map(self._route.issuer_pages.is_at_issuer, page.visited)):
                break
            form = _find_start_form(page)
            if form is None:
                break
            page = self._browser.navigate(_submit(form, page.url), page.visited, deadline)
        return continue_login(self._browser, page, self._route.issuer_pages, None, deadline)


def _find_start_form(page: Page) -> Form | None:
    """Return the form with which a page of the application offers a login; None without one."""
    if page.status != _OK or page.headers.get_content_type() != HTML_TYPE:
        return None
    return next(iter(read_page(page.url, page.text).forms), None)


def _submit(form: Form, page_url: str) -> Navigation:
    encoded = urlencode(form.fields)
    if form.method == "GET":
        return Navigation("GET", urlunsplit(urlsplit(form.action)._replace(query=encoded)))
    shown = urlsplit(page_url)
    return Navigation(
        "POST", form.action, encoded.encode(), {"Origin": f"{shown.scheme}://{shown.netloc}"}
    )
