# DEV-ONLY: never ship to production.
"""Fixtures: issuers as processes, a marked key, and clean environments."""

import contextlib
import dataclasses
import os
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from jwt_core import SigningKey
from proxy_guard.environment import ENVIRONMENT_VARIABLES
from tests import patient_http
from tests.in_process import Argument, call_main
from tests.weak_verifier.service import run_in_thread
from token_issuer.cli.main import main
from token_issuer.config.settings import Settings
from token_issuer.keys.ring import KeyRing, RingKey, create_ring_key
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.key_pair import open_key_directory
from token_issuer.keys.storage.store import MemoryStore
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.keys.watermark import generate_marked_key
from token_issuer.paths import TOKEN_PATH
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.request import Request

NOW: Final = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
COMMAND: Final = (sys.executable, "-m", "token_issuer")
START_TIMEOUT_S: Final = 60


@dataclass(frozen=True)
class RunningIssuer:
    """A `token-issuer serve` process and its first line of output."""

    process: subprocess.Popen[str]
    banner: str

    @property
    def url(self) -> str:
        match = re.search(r"listens on (https?://\S+)", self.banner)
        assert match, self.banner
        return match[1]


StartIssuer = Callable[..., RunningIssuer]
RunCommand = Callable[..., subprocess.CompletedProcess[str]]
StartWeakVerifier = Callable[..., str]
ComposeRequest = Callable[..., Request]


@pytest.fixture(scope="session")
def clean_environ() -> dict[str, str]:
    """Return the environment without variables that configure the issuer."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TOKEN_ISSUER_")
        and name not in {"PERSIST_KEYS_DIR", *ENVIRONMENT_VARIABLES}
    }


@pytest.fixture(scope="session")
def untraced_environ(clean_environ: dict[str, str]) -> dict[str, str]:
    """Return the clean environment for processes whose coverage is not measured."""
    return {n: v for n, v in clean_environ.items() if not n.startswith("COVERAGE")}


@pytest.fixture
def start_weak_verifier() -> Iterator[StartWeakVerifier]:
    """Return a function that starts the weak verifier in a thread, and returns its URL."""
    with contextlib.ExitStack() as stack:

        def start(jwks_uri: str, *arguments: str) -> str:
            options = ["--jwks-uri", jwks_uri, "--cooldown", "0.2", *arguments]
            return stack.enter_context(run_in_thread(options))

        yield start


@contextlib.contextmanager
def run_issuer(
    environ: Mapping[str, str], arguments: Sequence[str], wrapper: Sequence[str]
) -> Iterator[RunningIssuer]:
    process = subprocess.Popen(
        [*wrapper, *COMMAND, "serve", "--port", "0", *arguments],
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stderr
        ready, _, _ = select.select([process.stdout], [], [], START_TIMEOUT_S)
        banner = process.stdout.readline() if ready else ""
        assert banner, process.stderr.read() if process.poll() is not None else "no banner in time"
        yield RunningIssuer(process, banner)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=60)
        finally:
            process.kill()


@contextlib.contextmanager
def provide_start(clean_environ: Mapping[str, str]) -> Iterator[StartIssuer]:
    with contextlib.ExitStack() as stack:

        def start(*arguments: str, wrapper: Sequence[str] = (), **environ: str) -> RunningIssuer:
            return stack.enter_context(run_issuer({**clean_environ, **environ}, arguments, wrapper))

        yield start


@pytest.fixture
def start_issuer(clean_environ: dict[str, str]) -> Iterator[StartIssuer]:
    """Return a function that starts `token-issuer serve` and waits until it listens."""
    with provide_start(clean_environ) as start:
        yield start


@pytest.fixture(scope="module")
def start_shared_issuer(clean_environ: dict[str, str]) -> Iterator[StartIssuer]:
    """Return the same function for issuers that the tests of a module share."""
    with provide_start(clean_environ) as start:
        yield start


@pytest.fixture
def run_command(clean_environ: dict[str, str]) -> RunCommand:
    """Return a function that runs `token-issuer` and waits for its exit."""

    def run(
        *arguments: str, wrapper: Sequence[str] = (), **environ: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*wrapper, *COMMAND, *arguments],
            env={**clean_environ, **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def call_command(clean_environ: dict[str, str]) -> RunCommand:
    """Return a function that calls the `token-issuer` command in this process."""

    def call(*arguments: Argument, **environ: str) -> subprocess.CompletedProcess[str]:
        return call_main(main, *arguments, environ={**clean_environ, **environ})

    return call


@pytest.fixture(scope="session")
def issuer_url(clean_environ: dict[str, str]) -> Iterator[str]:
    """Return the URL of the issuer under test: TOKEN_ISSUER_TEST_URL, or a new process."""
    if url := os.environ.get("TOKEN_ISSUER_TEST_URL"):
        yield url.rstrip("/")
        return
    with run_issuer(clean_environ, (), ()) as running:
        yield running.url


@pytest.fixture(scope="session")
def http(issuer_url: str) -> Iterator[httpx.Client]:
    """Return an HTTP client of the issuer under test."""
    with patient_http.Client(base_url=issuer_url) as client:
        yield client


@pytest.fixture(scope="session")
def marked_key() -> SigningKey:
    return generate_marked_key()


@pytest.fixture(scope="session")
def second_key() -> SigningKey:
    return generate_marked_key(kid="dev-key-2")


def enter(key: SigningKey, **timestamps: Any) -> RingKey:
    """Return the ring entry of a key that was created an hour before `NOW`."""
    return dataclasses.replace(create_ring_key(key, NOW - timedelta(hours=1)), **timestamps)


@pytest.fixture
def keys(marked_key: SigningKey, second_key: SigningKey) -> KeyService:
    """Return two keys, the first of which signs, with a clock frozen at `NOW`."""
    ring = KeyRing((enter(marked_key), enter(second_key, retired_at=NOW - timedelta(minutes=9))), 2)
    plan = RotationPlan.on_demand(timedelta(minutes=5), timedelta(minutes=15))
    return StoredKeys(MemoryStore(ring), plan=plan, clock=lambda: NOW)


@pytest.fixture
def issuer(keys: KeyService) -> Issuer:
    """Return an issuer with two keys and a clock frozen at `NOW`."""
    return Issuer(Settings(), keys, Clock(lambda: NOW))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def compose_request() -> ComposeRequest:
    """Return a function that builds a request to `/token` from a query, a body and two fields."""

    def compose(
        *, query: bytes = b"", content_type: str = "", body: bytes = b"", authorization: str = ""
    ) -> Request:
        fields = {b"content-type": content_type, b"authorization": authorization}
        return Request(
            method="POST",
            url_path=TOKEN_PATH,
            prefix="",
            path=TOKEN_PATH,
            query=query,
            fields=[(name, value.encode()) for name, value in fields.items()],
            scheme="http",
            address=("127.0.0.1", 8081),
            time=NOW,
            body=body,
        )

    return compose


@pytest.fixture(scope="session")
def unprivileged() -> tuple[str, ...]:
    """Return a command prefix under which file permissions hold, even for root."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@pytest.fixture
def keys_dir(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def filled_dir(keys_dir: Path, marked_key: SigningKey) -> Path:
    """Return a key directory that contains a key pair."""
    open_key_directory(keys_dir, generate=lambda: marked_key)
    return keys_dir
