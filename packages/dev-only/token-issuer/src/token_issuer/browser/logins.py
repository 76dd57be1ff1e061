# DEV-ONLY: never ship to production.
"""Whole logins at an application: the browser follows it to the issuer, decides, and comes back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

from proxy_guard.dev_marks import HEADER_NAME, HEADER_VALUE

from token_issuer.browser.browser import Browser, Page
from token_issuer.browser.forms import Form, read_page
from token_issuer.browser.navigation import Navigation
from token_issuer.browser.transport import Deadline, strip_query
from token_issuer.config.host_names import is_loopback_name
from token_issuer.errors import BrowserError
from token_issuer.media_types import HTML_TYPE
from token_issuer.paths import AUTHORIZE_PATHS, DEVICE_PATH, LOGIN_PATH, PAGE_PATHS

_MIN_ERROR_STATUS: Final = 400
_RESPONSE_FIELDS: Final = frozenset({"code", "error", "iss"})
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Page):
    """Where a login has ended, and the browser that goes on from there.

    Attributes:
        browser: The browser, which has the cookies of the application and of the issuer.
    """

    browser: Browser = field(repr=False)


def log_in(
    browser: Browser, start_url: str, issuer_urls: Iterable[str], decision: Mapping[str, str] | None
) -> Login:
    """Open *start_url*, and log in wherever the issuer asks for it.

    Args:
        browser: The browser.
        start_url: The URL at which the application starts the login.
        issuer_urls: The base URLs of the issuer. Forms of other pages are not sent.
        decision: What the user decides on the login page: the field `user` or `deny`; None if no
            login page is expected.

    Raises:
        BrowserError: the issuer shows an error or no login page, another issuer shows one, or no
            server responds.
    """
    deadline = browser.start_clock()
    page = browser.navigate(Navigation("GET", start_url), (), deadline)
    return continue_login(browser, page, IssuerPages(issuer_urls), decision, deadline)


def continue_login(
    browser: Browser,
    page: Page,
    pages: "IssuerPages",
    decision: Mapping[str, str] | None,
    deadline: Deadline,
) -> Login:
    """Continue the login that has led to *page*; see `log_in`."""
    has_decided = False
    while (form := pages.find_form(page)) is not None:
        fields = dict(form.fields)
        if "interaction" in fields:
            if decision is None:
                message = (
                    "the login page asks who logs in: pass user='alice' or deny=True to login, or "
                    "plan the login with logins.next"
                )
                raise BrowserError(message)
            fields = {"interaction": fields["interaction"], **decision}
            has_decided = True
        shown = urlsplit(page.url)
        origin = {"Origin": f"{shown.scheme}://{shown.netloc}"}
        sent = Navigation("POST", form.action, urlencode(fields).encode(), origin)
        page = browser.navigate(sent, page.visited, deadline)
    if decision is not None and not has_decided:
        message = (
            f"the login ended at {strip_query(page.url)} without a login page, so nobody could "
            "decide; leave out user and deny if a planned login, a hint, the setting login or an "
            "earlier login of this browser decides"
        )
        raise BrowserError(message)
    return Login(
        url=page.url,
        status=page.status,
        headers=page.headers,
        body=page.body,
        visited=page.visited,
        browser=browser,
    )


class IssuerPages:
    """Recognizes the pages of an issuer by its base URLs."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._urls = [_normalize(url) for url in urls]

    def is_authorization(self, url: str) -> bool:
        """Tell whether *url* is an authorization request."""
        return self._is_one_of(url, *AUTHORIZE_PATHS)

    def is_at_issuer(self, url: str) -> bool:
        """Tell whether *url* leads to the issuer."""
        authority = _normalize(url)[0]
        return any(authority == other for other, _ in self._urls)

    def find_form(self, page: Page) -> Form | None:
        """Return the form of *page* with which the login continues; None at the end of the login.

        Raises:
            BrowserError: the page shows an error, or is that of another issuer.
        """
        if not _is_marked_page(page):
            return None
        content = read_page(page.url, page.text)
        if not self._is_one_of(page.url, *PAGE_PATHS):
            if any(_normalize(form.action)[1].endswith(LOGIN_PATH) for form in content.forms):
                message = (
                    f"{strip_query(page.url)} is the login page of another issuer; call login of "
                    "that issuer, such as token_issuer.issuers['staff'].login"
                )
                raise BrowserError(message)
            return None
        if page.status >= _MIN_ERROR_STATUS:
            problem = content.problem or f"status {page.status}"
            message = f"the issuer rejects the login at {strip_query(page.url)}: {problem}"
            raise BrowserError(message)
        return next((form for form in content.forms if self._is_expected(page.url, form)), None)

    def _is_expected(self, page_url: str, form: Form) -> bool:
        if form.method != "POST":
            return False
        if "interaction" in form.fields:
            return self._is_one_of(form.action, LOGIN_PATH)
        if "user_code" in form.fields:
            return self._is_one_of(form.action, DEVICE_PATH) and bool(form.fields["user_code"])
        is_response = not _RESPONSE_FIELDS.isdisjoint(form.fields)  # of the mode form_post
        return is_response and self._is_one_of(page_url, *AUTHORIZE_PATHS, LOGIN_PATH)

    def _is_one_of(self, url: str, *paths: str) -> bool:
        """Tell whether *url* is one of *paths* of the issuer."""
        authority, path = _normalize(url)
        return any(
            authority == other and path in {prefix + each for each in paths}
            for other, prefix in self._urls
        )


def _is_marked_page(page: Page) -> bool:
    is_html = page.headers.get_content_type() == HTML_TYPE
    return is_html and page.headers.get(HEADER_NAME) == HEADER_VALUE


def _normalize(url: str) -> tuple[tuple[str, str, int | None], str]:
    """Return the authority and the path of *url*; all names of this machine are one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".")
    name = "localhost" if is_loopback_name(host) else host
    port = parts.port or _PORTS.get(parts.scheme)
    return (parts.scheme, name, port), unquote(parts.path).rstrip("/")
