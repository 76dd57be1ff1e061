# DEV-ONLY: never ship to production.
"""HTTPS of the server: with a certificate from files, or with one of a throw-away authority."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from proxy_guard.dev_marks import SERVICE_NAME

from token_issuer.config.host_names import normalize_host_name
from token_issuer.config.settings import Settings
from token_issuer.server.ca_file import write_ca_file
from token_issuer.timing.elapsed import read_system_time
from token_issuer.tls.authority import Authority
from token_issuer.tls.contexts import build_server_context
from token_issuer.tls.credential_files import read_credential
from token_issuer.tls.credentials import Credential
from token_issuer.tls.protocol import TlsProtocol

_LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1", SERVICE_NAME)
_WILDCARDS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  # not bound here
_NOTICE: Final = timedelta(hours=1)
_REMEDY: Final = "start the issuer again, with a certificate that is valid"

logger = logging.getLogger(__name__)


def prepare_tls(settings: Settings, ca_file: Path | None = None) -> "ServerTls":
    """Return the TLS of a server with these settings.

    Args:
        settings: The settings, which ask for TLS.
        ca_file: The file for the certificate of the authority, instead of that of *settings*.

    Raises:
        CertificateError: a file cannot be read or written, or its content is unsuitable.
    """
    now = read_system_time()
    if settings.tls_cert is not None and settings.tls_key is not None:
        return ServerTls(read_credential(settings.tls_cert, settings.tls_key, now))
    names = list_own_names(settings)
    authority = Authority.create(names, now)
    write_ca_file(ca_file or settings.tls_ca, authority.certificate_pem)
    return ServerTls(authority.issue(names))


def list_own_names(settings: Settings) -> tuple[str, ...]:
    """Return the names and addresses by which clients reach the issuer."""
    return tuple(dict.fromkeys(_find_own_names(settings)))


def _find_own_names(settings: Settings) -> Iterator[str]:
    yield from _LOCAL_NAMES
    yield from settings.admin_hosts
    hosts = [settings.host.partition("%")[0]]  # without the zone of an IPv6 address
    urls = (settings.public_url, settings.browser_url, settings.verifier_url)
    hosts += (urlsplit(url).hostname or "" for url in filter(None, urls))
    for host in hosts:
        with suppress(ValueError):  # neither a name nor an address
            name = normalize_host_name(host)
            if name not in _WILDCARDS:
                yield name


class ServerTls:
    """The TLS of a server: what it authenticates with, and the handshakes in progress."""

    def __init__(self, credential: Credential) -> None:
        """Authenticate with *credential* until it expires."""
        self._credential = credential
        self._pending: set[TlsProtocol] = set()
        self._is_noticed = False
        self._is_expired = False

    def wrap(
        self, build_protocol: Callable[..., asyncio.Protocol], handshake_s: float
    ) -> Callable[..., TlsProtocol]:
        """Return a factory of protocols that speak TLS around those of *build_protocol*."""
        context = build_server_context(lambda _name: self.choose())

        def build(**rest: Any) -> TlsProtocol:
            inner = partial(build_protocol, **rest)
            return TlsProtocol(context, inner, handshake_s=handshake_s, pending=self._pending)

        return build

    def abort_handshakes(self) -> None:
        """Close the connections that have not completed their handshake."""
        for protocol in tuple(self._pending):
            protocol.raw.abort()

    def choose(self) -> Credential | None:
        """Return the credential of all names; None if it has expired."""
        expires_at = self._credential.expires_at
        rest = expires_at - read_system_time()
        if rest <= timedelta(0):
            if not self._is_expired:
                self._is_expired = True
                logger.error("TLS: the certificate expired at %s: %s", expires_at, _REMEDY)
            return None
        if rest < _NOTICE and not self._is_noticed:
            self._is_noticed = True
            logger.warning("TLS: the certificate expires at %s: then %s", expires_at, _REMEDY)
        return self._credential
