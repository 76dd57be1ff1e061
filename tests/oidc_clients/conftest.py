"""Fixtures: issuers of several kinds, and the clients that trust them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.oidc_clients.clients import CLIENTS, Client, Connection, connect
from tests.oidc_clients.installing import Runtime, install
from tests.services import Start, find_free_port


@dataclass(frozen=True)
class Issuer:
    """An issuer, and another one that its clients must not trust.

    Attributes:
        identifier: The URL that clients are configured with; also the `iss` of its tokens.
        url: Base URL of its endpoints.
        other_url: Base URL of the endpoints of the other issuer.
    """

    identifier: str
    url: str
    other_url: str


@pytest.fixture(scope="session")
def installed() -> Iterator[Callable[[Runtime], None]]:
    """Install all clients at the same time, and return a function that waits for a runtime."""
    with ThreadPoolExecutor(len(Runtime)) as pool:
        installations = {runtime: pool.submit(install, runtime) for runtime in Runtime}
        yield lambda runtime: installations[runtime].result()


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a profiles file with a second issuer."""
    file = tmp_path_factory.mktemp("profiles") / "profiles.toml"
    file.write_text("[issuers.staff]\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def issuers(start_shared_issuer: Start, profiles: Path) -> dict[str, Issuer]:
    """Run two processes with two issuers each, and return each kind of issuer URL."""
    common = {"TOKEN_ISSUER_PROFILES": str(profiles)}
    own = start_shared_issuer(TOKEN_ISSUER_ISSUER="self", **common).url
    port = find_free_port()
    public = f"http://localhost:{port}"
    start_shared_issuer(
        port=port, TOKEN_ISSUER_ISSUER="self", TOKEN_ISSUER_PUBLIC_URL=public, **common
    )
    port = find_free_port()
    base = f"http://127.0.0.1:{port}"
    start_shared_issuer(port=port, TOKEN_ISSUER_ISSUER=f"{base}/realms/dev", **common)
    return {
        "self": Issuer(own, own, f"{own}/staff"),
        "named": Issuer(f"{own}/staff", f"{own}/staff", own),
        "public-url": Issuer(public, public, f"{public}/staff"),
        "path": Issuer(f"{base}/realms/dev", base, f"{base}/staff"),
    }


@pytest.fixture(scope="module", params=["self", "named", "public-url", "path"])
def issuer(request: pytest.FixtureRequest, issuers: dict[str, Issuer]) -> Issuer:
    return issuers[request.param]


@pytest.fixture(scope="module", params=CLIENTS)
def client(request: pytest.FixtureRequest, installed: Callable[[Runtime], None]) -> Client:
    client = CLIENTS[request.param]
    installed(client.runtime)
    return client


@pytest.fixture(scope="module")
def connection(
    client: Client, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    """Configure a client with the URL of an issuer."""
    with connect(client, issuer.identifier, tmp_path_factory.mktemp("client")) as connection:
        yield connection
