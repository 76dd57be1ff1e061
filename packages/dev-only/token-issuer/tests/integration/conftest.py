# DEV-ONLY: never ship to production.
"""Fixtures for killed processes, and for probes with issuer and verifiers on virtual time.

The probe reaches both over real connections. Only the requests of verifiers for the issuer's keys
go through memory: there faults hold the answers back.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import pytest
import uvicorn
from bounded_http.limits import Limits
from jwt_core import Algorithm
from tests.virtual_time.clock import VirtualClock
from tests.virtual_time.connections import MemoryHandler, MemoryServer
from tests.virtual_time.loop import VirtualLoop
from tests.weak_verifier.service import Environment, run_in_thread
from token_issuer.config.settings import Settings
from token_issuer.issuers.issuers import Issuers
from token_issuer.keys.ring import KeyRing
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.storage.store import MemoryStore
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.probe.timing import Timing
from token_issuer.server.server import format_url, listen, serve_in_thread
from token_issuer.testing import RunningIssuer
from token_issuer.timing.clock import Clock
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.fast_path import Protocol, list_endpoints
from token_issuer.web.lazy_app import LazyApp
from uvicorn.server import ServerState

RunProject = Callable[..., subprocess.CompletedProcess[str]]
StartVerifier = Callable[..., str]
CountStates = Callable[[str, Path], dict[str, int]]


KILL_HELPER: Final = """
import os, signal, sys, traceback

READING = {"fspath", "fstat", "lstat", "read", "readall", "scandir", "stat"}

def may_change_files(function):
    owner = getattr(function, "__self__", None)
    modules = {function.__module__, getattr(owner, "__name__", None), type(owner).__module__}
    return bool(modules & {"posix", "_io"}) and function.__name__ not in READING

# Run *action* in a forked process, and kill it before its next call that may change files, once it
# has made *calls* of them. Return False if it ended first.
def is_killed_after(calls, action):
    def watch(frame, event, function):
        nonlocal calls
        if event == "c_call" and may_change_files(function):
            calls -= 1
            if calls < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            sys.setprofile(watch)
            action()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    exit_code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert exit_code in {0, -signal.SIGKILL}, exit_code
    return exit_code != 0
"""


@pytest.fixture(scope="session")
def count_states(untraced_environ: dict[str, str]) -> CountStates:
    """Return a function that runs a script of kills: which states they left, and how often.

    The script kills with `is_killed_after`, before each call to the system in turn that may change
    files: what is on disk is the same between two of them.
    """

    def run(script: str, directory: Path) -> dict[str, int]:
        result = subprocess.run(
            [sys.executable, "-c", KILL_HELPER + script, str(directory)],
            env=untraced_environ,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        states: dict[str, int] = json.loads(result.stdout)
        return states

    return run


@pytest.fixture
def run_project(tmp_path: Path, untraced_environ: dict[str, str]) -> RunProject:
    """Return a function that runs pytest on a project with one file of tests."""

    def run(text: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_project.py").write_text(text)
        # Without schemathesis, whose import takes longer than all the rest.
        command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "--strict-markers"]
        return subprocess.run(
            [*command, "-p", "no:schemathesis", *options, str(tmp_path)],
            cwd=tmp_path,
            env={**untraced_environ, **environ},
            capture_output=True,
            text=True,
            timeout=110,  # below the limit of a test
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def virtual_clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(scope="module")
def timing(virtual_clock: VirtualClock) -> Timing:
    """Return clock and sleep of the probe."""
    return Timing(virtual_clock, virtual_clock.sleep)


@pytest.fixture(scope="module")
def virtual_listener() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as listener:
        yield listener


@pytest.fixture(scope="module")
def virtual_core(virtual_clock: VirtualClock) -> Issuer:
    """Return the issuer that is served over sockets and in memory."""
    settings = Settings()
    plan = RotationPlan.on_demand(settings.max_age, settings.ttl)
    keys = StoredKeys(MemoryStore(KeyRing(())), plan=plan, clock=virtual_clock.read_date)
    keys.ensure_initial_keys((Algorithm.RS256,))
    return Issuer(settings, keys, Clock(virtual_clock.read_date))


@pytest.fixture(scope="module")
def virtual_issuer(
    virtual_core: Issuer, virtual_listener: socket.socket
) -> Iterator[RunningIssuer]:
    """Return an issuer on virtual time."""
    url = format_url(virtual_listener)
    with serve_in_thread(Issuers(virtual_core), virtual_listener) as providers:
        yield RunningIssuer(virtual_core, url, providers)


@pytest.fixture(scope="module")
def environment(
    virtual_core: Issuer,
    virtual_issuer: RunningIssuer,
    virtual_listener: socket.socket,
    virtual_clock: VirtualClock,
) -> Iterator[Environment]:
    """Return clock and transport of the verifiers: virtual time, keys fetched in memory."""
    issuers = Issuers(virtual_core)
    application = LazyApp(issuers)
    application.begin()
    application.built.result()
    loop = VirtualLoop(virtual_clock)
    accept = partial(
        Protocol,
        issuers.clock,
        list_endpoints(issuers),
        application.providers,
        Limits(),
        config=uvicorn.Config(application, lifespan="off", ws="none", log_config=None),
        server_state=ServerState(),
        app_state={},
        _loop=loop,
    )
    server = MemoryServer(loop, virtual_listener.getsockname(), accept)
    yield Environment(
        clock=virtual_clock,
        sleep=virtual_clock.sleep,
        now=virtual_clock.read_timestamp,
        http=MemoryHandler(server),
    )
    loop.end()


@pytest.fixture
def start_verifier(
    virtual_issuer: RunningIssuer, environment: Environment
) -> Iterator[StartVerifier]:
    """Return a function that starts the weak verifier on virtual time, and returns its URL."""
    with ExitStack() as stack:

        def start(*arguments: str) -> str:
            command = ["--jwks-uri", virtual_issuer.jwks_uri, *arguments]
            return stack.enter_context(run_in_thread(command, environment))

        yield start
