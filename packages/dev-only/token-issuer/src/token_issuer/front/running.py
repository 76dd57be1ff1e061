# DEV-ONLY: never ship to production.
"""The proxy with a throw-away CA, and an issuer that it leads to."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from token_issuer.config.profiles import GOOGLE, GOOGLE_ISSUER
from token_issuer.config.settings import Settings
from token_issuer.errors import FrontError
from token_issuer.front.proxy import Front, ProxyEntrance
from token_issuer.front.server import serve_in_thread
from token_issuer.front.targets import AllowedHost
from token_issuer.front.variables import PROXY_VARIABLES
from token_issuer.google_hosts import HTTP_PORT, HTTPS_NAMES
from token_issuer.issuers.factory import build_issuers
from token_issuer.server.server import format_url, listen
from token_issuer.server.server import serve_in_thread as serve_issuers
from token_issuer.timing.elapsed import read_system_time
from token_issuer.tls.authority import Authority
from token_issuer.tls.contexts import build_server_context
from token_issuer.tls.credentials import Credential

LOOPBACK: Final = "127.0.0.1"


@contextmanager
def run_issuer(settings: Settings) -> Iterator[str]:
    """Run an issuer that imitates Google on a free port of 127.0.0.1; yield its URL.

    Args:
        settings: The settings; where no source has set one, it is chosen as for Google. The host is
            that by which clients reach the issuer, and decides whether `/admin` is served.

    Raises:
        KeyDirectoryError: a key directory cannot be used.
    """
    with listen(LOOPBACK, 0) as listener:
        url = format_url(listener)
        issuers = build_issuers(imitate_google(settings, url)).locate(url)
        with issuers.refreshing(), serve_issuers(issuers, listener):
            yield url


def imitate_google(settings: Settings, url: str) -> Settings:
    """Return *settings* with the names of Google's endpoints, unless a source has set others.

    Browsers do not use the proxy, so the login page is at the URL of the issuer.

    Args:
        settings: The settings of the user.
        url: The URL of the issuer.
    """
    defaults: dict[str, Any] = {
        "profile": GOOGLE.name,
        "issuer": GOOGLE_ISSUER,
        "public_url": GOOGLE_ISSUER,
        "browser_url": url,
    }
    chosen = {name: value for name, value in defaults.items() if name not in settings.explicit}
    alone = replace(settings, workers=1, replicas=1)
    return replace(alone, tls=False, tls_cert=None, tls_key=None, **chosen)


@dataclass(frozen=True, slots=True)
class Identity:
    """A server with Google's names, as a throw-away CA certifies it.

    The key of the CA is not kept: its name constraints alone would not bind it, since Java does not
    apply those of a certificate that it trusts directly.

    Attributes:
        authority: The certificate of the CA.
        credential: The certificate for Google's names, and its key.
    """

    authority: x509.Certificate
    credential: Credential

    @property
    def certificate_pem(self) -> str:
        """The certificate of the CA, which clients trust."""
        return self.authority.public_bytes(Encoding.PEM).decode("ascii")

    @property
    def expires_at(self) -> datetime:
        """When both certificates expire."""
        return self.credential.expires_at


def create_identity() -> Identity:
    """Let a new CA certify Google's names once, for one day."""
    authority = Authority.create(HTTPS_NAMES, read_system_time())
    return Identity(authority.certificate, authority.issue(HTTPS_NAMES))


def build_context(identity: Identity) -> SSL.Context:
    """Return the TLS settings of a server with a certificate for Google's names."""
    credential, names = identity.credential, {None, *HTTPS_NAMES}
    return build_server_context(lambda name: credential if name in names else None)


def locate_issuer(url: str) -> tuple[str, int]:
    """Return the host and port to which the proxy relays the bytes of clients.

    Raises:
        FrontError: *url* has a path or uses TLS; the proxy relays bytes and cannot add either.
    """
    parts = urlsplit(url)
    if parts.scheme.lower() != "http" or parts.path:
        message = (
            f"{url[:200]} is not a URL that Google's names can lead to: expected the issuer at "
            "http://HOST:PORT, without TLS and path"
        )
        raise FrontError(message)
    return parts.hostname or "", parts.port or HTTP_PORT


def check_upstream_proxy(environ: Mapping[str, str], allowed: Sequence[AllowedHost]) -> None:
    """Raise an error if another proxy would be needed to reach the hosts of `--allow`.

    Raises:
        FrontError: *environ* names a proxy, and a host is allowed.
    """
    for variable in PROXY_VARIABLES:
        if allowed and environ.get(variable):
            message = (
                f"--allow: {variable} names another proxy, but allowed hosts are reached directly; "
                f"unset {variable}, or leave --allow out"
            )
            raise FrontError(message)


@contextmanager
def run_front(
    listener: socket.socket, issuer: str, allowed: Sequence[AllowedHost], identity: Identity
) -> Iterator[str]:
    """Run the proxy while the block runs; yield its URL.

    Args:
        listener: The listening socket.
        issuer: The URL of the issuer.
        allowed: The hosts that clients may reach besides Google's names.
        identity: How the proxy authenticates with Google's names.

    Raises:
        FrontError: *issuer* has a path or TLS.
    """
    front = Front(locate_issuer(issuer), build_context(identity), allowed)
    with serve_in_thread(partial(ProxyEntrance, front), listener):
        yield format_url(listener)
