# DEV-ONLY: never ship to production.
"""Access control of the admin surface.

A browser sends requests of any web page to the issuer. If the host name of the page resolves to the
address of the issuer (DNS rebinding), the browser treats both as one site, and only `Host` and
`Origin` show that the page is foreign. Without a secret, both must therefore name this machine or a
host that the settings trust.

Spec: RFC 6750 §2.1 and §3, RFC 9110 §7.2, RFC 6454 §7
"""

import secrets
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.exceptions import NotAuthorizedException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard

from token_issuer.config.host_names import is_loopback_name, normalize_host_name
from token_issuer.config.settings import Settings
from token_issuer.web.errors import HttpError
from token_issuer.web.request import HOST

_MAX_SHOWN_CHARACTERS: Final = 80
_FOREIGN_SITE: Final = (
    "Sec-Fetch-Site: the admin surface rejects requests from web pages of other sites; send the "
    "request from a command line or a test"
)


def build_admin_guard(settings: Settings) -> Guard:
    """Return a guard that rejects callers without the admin token of *settings*.

    Without an admin token it rejects requests that a foreign web page may have sent.
    """
    admin_token, trusted_hosts = settings.admin_token, settings.trusted_hosts

    def require_admin(
        connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        headers = connection.headers
        if headers.get("sec-fetch-site", "").strip().lower() == "cross-site":
            raise HttpError(HTTPStatus.FORBIDDEN, _FOREIGN_SITE)
        if admin_token is None:
            reject_foreign_hosts(headers, trusted_hosts)
            _reject_foreign_pages(headers, trusted_hosts)
        else:
            _require_token(headers, admin_token)

    return require_admin


def _require_token(headers: Headers, admin_token: str) -> None:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    is_known = secrets.compare_digest(given.strip().encode(), admin_token.encode())
    if scheme.lower() != "bearer" or not is_known:
        challenge = {"WWW-Authenticate": 'Bearer realm="token-issuer"'}
        raise NotAuthorizedException(headers=challenge)


def reject_foreign_hosts(headers: Headers, trusted_hosts: frozenset[str]) -> None:
    """Reject a request whose `Host` is neither a name of this machine nor trusted.

    Raises:
        HttpError: the host is foreign; the message says what to do.
    """
    hosts = headers.getall("host", [])
    if not hosts or not all(_is_trusted_host(host, trusted_hosts) for host in hosts):
        shown = _show(hosts[0] if hosts else "")
        message = (
            f"Host: {shown} is neither a loopback name nor a name that the issuer trusts; send the "
            "request to localhost, add the name to TOKEN_ISSUER_ADMIN_HOSTS, or set "
            "TOKEN_ISSUER_ADMIN_TOKEN"
        )
        raise HttpError(HTTPStatus.FORBIDDEN, message)


def _reject_foreign_pages(headers: Headers, trusted_hosts: frozenset[str]) -> None:
    """Reject a request whose `Origin`, or without one its `Referer`, names a foreign page."""
    field = "Origin" if "origin" in headers else "Referer"
    for page in headers.getall(field, []):
        if not _is_trusted_page(page, trusted_hosts):
            message = (
                f"{field}: the admin surface rejects requests from the web page {_show(page)}; "
                "send the request from a command line or a test, add the host of the page to "
                "TOKEN_ISSUER_ADMIN_HOSTS, or set TOKEN_ISSUER_ADMIN_TOKEN"
            )
            raise HttpError(HTTPStatus.FORBIDDEN, message)


def _is_trusted_page(url: str, trusted_hosts: frozenset[str]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and _is_trusted_host(parts.netloc, trusted_hosts)


def _is_trusted_host(host: str, trusted_hosts: frozenset[str]) -> bool:
    match = HOST.fullmatch(host.strip())
    if match is None:
        return False
    try:
        name = normalize_host_name(match["name"])
    except ValueError:
        return False
    return is_loopback_name(name) or name in trusted_hosts


def _show(text: str) -> str:
    return f"'{text[:_MAX_SHOWN_CHARACTERS]}'" if text else "no name"
