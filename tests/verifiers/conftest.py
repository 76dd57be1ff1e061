"""Fixtures: each verifier as a running service, and the issuer that it trusts."""

from collections.abc import Callable, Iterator

import pytest

from tests.services import Service
from tests.verifiers.catalogue import VERIFIERS, Runtime, Verifier
from tests.verifiers.installing import install
from tests.verifiers.running import run_issuer, run_verifier


@pytest.fixture(scope="session")
def installed() -> Callable[[Runtime], None]:
    """Return a function that installs the verifiers of a runtime once."""
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
def issuer() -> Iterator[Service]:
    with run_issuer() as service:
        yield service


@pytest.fixture
def target(verifier: Verifier, issuer: Service) -> Iterator[str]:
    """Run the service around a verifier, and return its URL, which requires a token."""
    with run_verifier(verifier, issuer.url) as url:
        yield url
