# DEV-ONLY: never ship to production.
"""A browser without a screen: it follows redirects, and keeps cookies. It runs no scripts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPMessage
from pathlib import Path
from typing import Any, Final
from urllib.parse import urldefrag, urlencode

from token_issuer.browser.cookies import Cookies
from token_issuer.browser.navigation import NO_HEADERS, Navigation, is_http, resolve_url
from token_issuer.browser.transport import Deadline, Response, exchange, strip_query
from token_issuer.errors import BrowserError, InvalidInputError
from token_issuer.media_types import FORM_TYPE
from token_issuer.timing.durations import parse_ttl

MAX_REDIRECTS: Final = 20
DEFAULT_TIMEOUT: Final = timedelta(seconds=30)
_HEADERS: Final = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "token-issuer-browser",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page at the end of a navigation.

    Attributes:
        url: The URL, with the fragment. After a redirect that the browser does not follow, such as
            one to a native application with `com.example.app:/callback?code=...`, it is the target;
            the other attributes are those of the redirect.
        status: The status of the response.
        headers: The header fields of the response.
        body: The body of the response.
        visited: The URLs on the way, the first one first, and *url* at the end.
    """

    url: str
    status: int
    headers: HTTPMessage = field(repr=False)
    body: bytes = field(repr=False)
    visited: tuple[str, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        charset = self.headers.get_content_charset("utf-8")
        try:
            return self.body.decode(charset, errors="replace")
        except LookupError:  # the character set is unknown
            return self.body.decode(errors="replace")

    def json(self) -> Any:
        """Return the body, decoded from JSON.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body)


class Browser:
    """A browser with cookies, which `RunningIssuer.login` returns.

    login = token_issuer.login("http://localhost:3000/login", user="alice")
    assert login.browser.get("/me").json()["name"] == "Alice"
    """

    def __init__(
        self,
        base_url: str,
        timeout: timedelta | str = DEFAULT_TIMEOUT,
        ca_files: Sequence[Path] = (),
        follows: Callable[[str], bool] = is_http,
    ) -> None:
        """Start without cookies.

        Args:
            base_url: The URL to which relative ones are relative.
            timeout: The limit of each call, including all redirects.
            ca_files: Files of certificates that are trusted besides those of this machine.
            follows: Returns whether to follow a redirect to a URL; otherwise the navigation ends
                there.

        Raises:
            InvalidInputError: *timeout* is not a duration.
        """
        self._base_url = base_url
        self._ca_files = ca_files
        self._cookies = Cookies()
        self._follows = follows
        try:
            self._timeout = parse_ttl(timeout)
        except ValueError as error:
            message = f"timeout: {timeout!r} is wrong: {error}"
            raise InvalidInputError(message, "timeout") from error

    @property
    def cookies(self) -> dict[str, str]:
        """The values of all cookies by name."""
        return self._cookies.list()

    def get(self, url: str, *, headers: Mapping[str, str] = NO_HEADERS) -> Page:
        """Open *url*, and follow redirects.

        Args:
            url: The URL; `/me` is relative to the first URL of the login.
            headers: More header fields. A redirect to another origin drops them.

        Raises:
            BrowserError: the URL is not http or https, no server answers, or a limit is exceeded.
        """
        return self.navigate(Navigation("GET", url, None, headers))

    def post(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] = NO_HEADERS
    ) -> Page:
        """Send a form to *url*, and follow redirects.

        Raises:
            BrowserError: as for `get`.
        """
        return self.navigate(Navigation("POST", url, urlencode(form).encode(), headers))

    def start_clock(self) -> Deadline:
        """Return the deadline of a login or call that begins now."""
        return Deadline(self._timeout)

    def navigate(
        self,
        navigation: Navigation,
        visited: Sequence[str] = (),
        deadline: Deadline | None = None,
    ) -> Page:
        """Send a request, and follow redirects.

        Args:
            navigation: The request.
            visited: The URLs on the way so far.
            deadline: When to give up; by default after the timeout of the browser.

        Raises:
            BrowserError: as for `get`.
        """
        deadline = deadline or self.start_clock()
        current = replace(navigation, url=resolve_url(self._base_url, navigation.url))
        if not is_http(current.url):
            message = (
                f"'{strip_query(current.url)}' is not a URL to open; expected http or https, such "
                "as http://localhost:3000/login"
            )
            raise BrowserError(message)
        path = list(visited)
        while True:
            path.append(current.url)
            if len(path) > MAX_REDIRECTS + 1:
                message = (
                    f"more than {MAX_REDIRECTS} redirects, the last one to "
                    f"{strip_query(current.url)}; check whether they go in a circle"
                )
                raise BrowserError(message)
            response = self._send(current, deadline)
            target = current.find_redirect(response)
            if target is None:
                break
            if not (is_http(target) and self._follows(target)):
                path.append(target)
                break
            current = current.redirect(target, response.status)
        return Page(
            url=path[-1],
            status=response.status,
            headers=response.headers,
            body=response.body,
            visited=tuple(path),
        )

    def _send(self, navigation: Navigation, deadline: Deadline) -> Response:
        url = urldefrag(navigation.url).url
        headers = {**_HEADERS, **self._cookies.build_field(url), **navigation.headers}
        if navigation.form is not None:
            headers["Content-Type"] = FORM_TYPE
        response = exchange(
            navigation.method, url, headers, navigation.form, deadline, self._ca_files
        )
        self._cookies.store(url, response.headers)
        return response
