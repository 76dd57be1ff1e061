# DEV-ONLY: never ship to production.
"""The requests of a browser, and the redirects from one to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from token_issuer.browser.transport import Response, strip_query
from token_issuer.config.login_tables import ACTIVE_SCHEMES
from token_issuer.errors import BrowserError

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEPT_METHOD: Final = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_URL_CHARACTERS: Final = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Navigation:
    """A request of a browser.

    Attributes:
        method: `GET` or `POST`.
        url: The URL, which may have a fragment.
        form: The encoded form; None without one.
        headers: More header fields; a redirect to another origin drops them.
    """

    method: str
    url: str
    form: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def find_redirect(self, response: Response) -> str | None:
        """Return the URL to which the *response* redirects; None if it is not a redirect.

        The URL inherits the fragment of the request (RFC 9110 §10.2.2).

        Raises:
            BrowserError: the URL is invalid, or has a scheme that browsers refuse.
        """
        location = response.headers.get("Location")
        if location is None or response.status not in _REDIRECTS:
            return None
        target = resolve_url(self.url, quote(location, safe=_URL_CHARACTERS, encoding="latin-1"))
        scheme = urlsplit(target).scheme
        if scheme in ACTIVE_SCHEMES:
            message = (
                f"{strip_query(self.url)} redirects to the scheme '{scheme}:', which browsers "
                "refuse; redirect to an http or https URL"
            )
            raise BrowserError(message)
        fragment = urldefrag(self.url).fragment
        return f"{target}#{fragment}" if fragment and "#" not in target else target

    def redirect(self, target: str, status: int) -> "Navigation":
        """Return the request that follows a redirect with *status* to *target* (Fetch §4.4)."""
        headers = self.headers if _get_origin(target) == _get_origin(self.url) else NO_HEADERS
        if status in _KEPT_METHOD:
            return Navigation(self.method, target, self.form, headers)
        return Navigation("GET", target, None, headers)


def is_http(url: str) -> bool:
    """Tell whether *url* has the scheme http or https."""
    return urlsplit(url).scheme in {"http", "https"}


def resolve_url(base: str, url: str) -> str:
    """Return *url*, which may be relative to *base*, without characters that requests forbid.

    Raises:
        BrowserError: *url* is not a URL.
    """
    try:
        joined = urljoin(base, url.strip())
        parts = urlsplit(joined)
        is_valid = not is_http(joined) or (bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a bracket is missing, or the port is not a number
        joined, is_valid = "", False
    if not is_valid:
        message = f"'{strip_query(url)}' is not a URL; expected one such as http://localhost:3000/"
        raise BrowserError(message)
    return quote(joined, safe=_URL_CHARACTERS)


def _get_origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
