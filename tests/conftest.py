"""Fixtures: the issuer and the reference proxy as processes, an upstream, and a browser."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.browser.browser import Browser, install
from tests.services import Service, Start, read_clean_environ, run_service, run_upstream

ROOT: Final = Path(__file__).resolve().parent.parent
Probe = Callable[..., Mapping[str, Any]]
ISSUER_COMMAND: Final = ROOT / "packages/dev-only/token-issuer/.venv/bin/token-issuer"


@pytest.fixture(scope="session")
def base_environ() -> dict[str, str]:
    return read_clean_environ()


@pytest.fixture(scope="session")
def proxy_command() -> str:
    """Return the path of the installed command `reference-proxy`."""
    command = shutil.which("reference-proxy")
    assert command, "reference-proxy is missing: run ci/test.sh, which installs the workspace"
    return command


@contextmanager
def provide_issuer_start(base_environ: Mapping[str, str]) -> Iterator[Start]:
    assert ISSUER_COMMAND.exists(), "token-issuer is missing: run ci/test.sh, which installs it"
    with ExitStack() as stack:

        def start(*, port: int = 0, **environ: str) -> Service:
            command = [str(ISSUER_COMMAND), "serve", "--port", str(port)]
            return stack.enter_context(run_service(command, {**base_environ, **environ}))

        yield start


@pytest.fixture
def start_issuer(base_environ: dict[str, str]) -> Iterator[Start]:
    """Return a function that starts `token-issuer serve` and waits until it listens."""
    with provide_issuer_start(base_environ) as start:
        yield start


@pytest.fixture(scope="module")
def start_shared_issuer(base_environ: dict[str, str]) -> Iterator[Start]:
    """Return the same function for issuers that the tests of a module share."""
    with provide_issuer_start(base_environ) as start:
        yield start


@pytest.fixture
def probe(base_environ: dict[str, str]) -> Probe:
    """Return a function that runs `token-issuer probe` and returns its report."""

    def run(url: str, issuer: Service, *options: str) -> Mapping[str, Any]:
        command = [str(ISSUER_COMMAND), "probe", url, "--issuer", issuer.url, "--json", *options]
        result = subprocess.run(
            command, env=base_environ, capture_output=True, text=True, timeout=110, check=False
        )
        assert result.returncode in {0, 1}, result.stderr
        report: Mapping[str, Any] = json.loads(result.stdout)
        assert bool(report["findings"]) == result.returncode
        return report

    return run


@pytest.fixture(scope="session")
def upstream_url() -> Iterator[str]:
    """Return the URL of a service that responds with the request that it received."""
    with run_upstream() as url:
        yield url


@contextmanager
def provide_proxy_start(
    base_environ: Mapping[str, str], proxy_command: str, upstream_url: str
) -> Iterator[Start]:
    with ExitStack() as stack:

        def start(issuer: Service | None = None, **environ: str) -> Service:
            settings = {
                "NODE_ENV": "test",
                "JWT_ISSUER": "https://issuer.local",
                "JWT_AUDIENCE": "stream-watcher-docker",
                "JWKS_COOLDOWN_S": "0.2",
                "UPSTREAM_URL": upstream_url,
                "PROXY_PORT": "0",
            }
            if issuer is not None:
                settings["JWT_JWKS_URI"] = f"{issuer.url}/.well-known/jwks.json"
            merged = {**base_environ, **settings, **environ}
            return stack.enter_context(run_service([proxy_command], merged))

        yield start


@pytest.fixture
def start_proxy(
    base_environ: dict[str, str], proxy_command: str, upstream_url: str
) -> Iterator[Start]:
    """Return a function that starts `reference-proxy` and waits until it listens."""
    with provide_proxy_start(base_environ, proxy_command, upstream_url) as start:
        yield start


@pytest.fixture(scope="module")
def start_shared_proxy(
    base_environ: dict[str, str], proxy_command: str, upstream_url: str
) -> Iterator[Start]:
    """Return the same function for proxies that the tests of a module share."""
    with provide_proxy_start(base_environ, proxy_command, upstream_url) as start:
        yield start


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    install()
    with Browser() as browser:
        yield browser


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=60) as http:
        yield http
