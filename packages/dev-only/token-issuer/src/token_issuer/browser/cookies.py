# DEV-ONLY: never ship to production.
"""The cookies of a browser: each host receives only its own, on all of its ports.

`SameSite` is not enforced.

Spec: RFC 6265 §5 and §8.5
"""

from http.client import HTTPMessage
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import Request

from token_issuer.config.host_names import is_loopback_name


class Cookies:
    """A jar of cookies."""

    def __init__(self) -> None:
        self._jar = CookieJar(_Policy())

    def build_field(self, url: str) -> dict[str, str]:
        """Return the `Cookie` header field of a request to *url*; empty without a cookie."""
        request = Request(url)  # noqa: S310  # it is not sent
        self._jar.add_cookie_header(request)
        value = request.get_header("Cookie")
        return {} if value is None else {"Cookie": value}

    def store(self, url: str, headers: HTTPMessage) -> None:
        """Store the cookies that a response from *url* sets."""
        request = Request(url)  # noqa: S310  # it is not sent
        self._jar.extract_cookies(cast("Any", _Response(headers)), request)

    def list(self) -> dict[str, str]:
        """Return the values of all cookies by name."""
        return {cookie.name: cookie.value or "" for cookie in self._jar}


class _Response:
    """The part of a response that `CookieJar` reads."""

    def __init__(self, headers: HTTPMessage) -> None:
        self._headers = headers

    def info(self) -> HTTPMessage:
        return self._headers


class _Policy(DefaultCookiePolicy):
    """The policy of browsers, where it differs from that of `http.cookiejar`."""

    def __init__(self) -> None:
        # A cookie without `Domain` is not sent to the hosts below its own.
        super().__init__(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)

    def set_ok_domain(self, cookie: Cookie, request: Request) -> bool:
        """Tell whether a cookie may be stored that *request* has set.

        A domain without a dot, such as `localhost`, is ignored: the cookie belongs to the host.

        Spec: RFC 6265 §5.3, step 5
        """
        name = cookie.domain.strip(".").lower()
        if cookie.domain_specified and "." not in name:
            if name != _get_host(request):
                return False
            cookie.domain = f"{name}.local"  # what http.cookiejar makes of a host without a dot
            cookie.domain_specified = cookie.domain_initial_dot = False
        parent: Any = super()
        return bool(parent.set_ok_domain(cookie, request))

    def return_ok_secure(self, cookie: Cookie, request: Request) -> bool:
        """Tell whether a cookie may be sent with *request*: if `Secure`, to this machine, too.

        Spec: Secure Contexts §3.1
        """
        parent: Any = super()
        is_local = is_loopback_name(_get_host(request))
        return is_local or bool(parent.return_ok_secure(cookie, request))


def _get_host(request: Request) -> str:
    return urlsplit(request.full_url).hostname or ""
