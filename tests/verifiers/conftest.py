"""Each verifier, installed, in front of an issuer that calls itself by its URL."""

from collections.abc import Callable, Iterator

import pytest

from tests.services import Service, Start, find_free_port
from tests.verifiers.catalogue import VERIFIERS, Runtime, Verifier
from tests.verifiers.installing import install
from tests.verifiers.running import run_verifier


@pytest.fixture(scope="session")
def installed() -> Callable[[Runtime], None]:
    """Return a function that installs what a runtime needs, once."""
    ready: set[Runtime] = set()

    def ensure(runtime: Runtime) -> None:
        if runtime not in ready:
            install(runtime)
            ready.add(runtime)

    return ensure


@pytest.fixture(params=VERIFIERS)
def verifier(request: pytest.FixtureRequest, installed: Callable[[Runtime], None]) -> Verifier:
    verifier = VERIFIERS[request.param]
    installed(verifier.runtime)
    return verifier


@pytest.fixture
def issuer(start_issuer: Start) -> Service:
    port = find_free_port()
    return start_issuer(port=port, TOKEN_ISSUER_ISSUER=f"http://127.0.0.1:{port}")


@pytest.fixture
def target(verifier: Verifier, issuer: Service) -> Iterator[str]:
    """Run the service around a verifier, and return the URL that takes a token."""
    with run_verifier(verifier, issuer.url) as url:
        yield url
