"""Fixtures: the proxy as a process, and the service behind it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import httpx
import pytest
from jwt_core import SigningKey, encode_public_pem, generate_key, sign

from tests.services import EchoHandler, Service, read_clean_environ, run_service

Respond = Callable[[BaseHTTPRequestHandler], None]
CLAIMS: Final = {"iss": "https://id.example.com", "aud": "orders", "sub": "alice"}


class Upstream:
    """A service that echoes the request, or responds as a test states in `respond`."""

    def __init__(self) -> None:
        outer = self

        class Handler(EchoHandler):
            def do_GET(self) -> None:  # noqa: N802  # the base class's name
                if outer.respond is None:
                    super().do_GET()
                else:
                    outer.respond(self)

            do_POST = do_GET  # noqa: N815  # the base class looks it up by this name

        self.respond: Respond | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return generate_key()


@pytest.fixture(scope="module")
def upstream_service() -> Iterator[Upstream]:
    upstream = Upstream()
    thread = threading.Thread(target=upstream.server.serve_forever)
    thread.start()
    yield upstream
    upstream.server.shutdown()
    upstream.server.server_close()
    thread.join()


@pytest.fixture
def upstream(upstream_service: Upstream) -> Iterator[Upstream]:
    yield upstream_service
    upstream_service.respond = None


@pytest.fixture(scope="module")
def environ(key: SigningKey, upstream_service: Upstream) -> dict[str, str]:
    return {
        **read_clean_environ(),
        "NODE_ENV": "test",
        "JWT_PUBLIC_KEY": encode_public_pem(key).decode(),
        "JWT_ISSUER": CLAIMS["iss"],
        "JWT_AUDIENCE": CLAIMS["aud"],
        "UPSTREAM_URL": upstream_service.url,
        # No test may depend on how fast the machine is; `hasty_proxy` is for those that time out.
        "UPSTREAM_TIMEOUT_S": "60",
        "PROXY_PORT": "0",
    }


@pytest.fixture(scope="module")
def command() -> list[str]:
    return [sys.executable, "-m", "reference_proxy"]


@pytest.fixture(scope="module")
def proxy(command: list[str], environ: dict[str, str]) -> Iterator[Service]:
    with run_service(command, environ) as service:
        yield service


@pytest.fixture(scope="module")
def hasty_proxy(command: list[str], environ: dict[str, str]) -> Iterator[Service]:
    """A proxy that gives up on a silent upstream at once."""
    with run_service(command, {**environ, "UPSTREAM_TIMEOUT_S": "0.1"}) as service:
        yield service


@pytest.fixture(scope="module")
def token(key: SigningKey) -> str:
    now = int(time.time())
    return sign({**CLAIMS, "iat": now, "exp": now + 300}, key)


@pytest.fixture
def client(proxy: Service, token: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=proxy.url, headers=headers, trust_env=False, timeout=60) as http:
        yield http
