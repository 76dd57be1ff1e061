# DEV-ONLY: never ship to production.
"""An authority, and a connection in memory to a server that it certifies."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from tests.tls_wire import Inner, Wire
from token_issuer.tls.authority import Authority
from token_issuer.tls.contexts import build_server_context
from token_issuer.tls.protocol import TlsProtocol

NAMES: Final = ("localhost", "127.0.0.1")


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.create(NAMES, datetime.now(UTC))


@pytest.fixture
def connect(authority: Authority) -> Callable[..., Wire]:
    """Return a function that connects a client to a new server, inside an event loop."""
    credential = authority.issue(NAMES)
    context = build_server_context(lambda _name: credential)

    def connect_client(
        inner: Inner | None = None, *, client: ssl.SSLContext | None = None, **options: Any
    ) -> Wire:
        trusting = client or ssl.create_default_context(cadata=authority.certificate_pem)
        chosen = inner or Inner()
        protocol = TlsProtocol(context, lambda: chosen, **options)
        return Wire(protocol, chosen, trusting, "localhost")

    return connect_client
