# DEV-ONLY: never ship to production.
"""The fixtures while freezegun or time-machine replaces the clocks of the test process."""

import asyncio
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import pytest
from freezegun import freeze_time
from tests import patient_http
from time_machine import travel
from token_issuer.issuers.issuers import Issuers
from token_issuer.server import server as server_module
from token_issuer.server.event_loop import EventLoop
from token_issuer.server.server import listen, serve_in_thread
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.timing.elapsed import read_elapsed_s
from token_issuer.tokens.issuer import Issuer

pytestmark = pytest.mark.requirement("TI-8")

RunProject = Callable[..., subprocess.CompletedProcess[str]]

PAST: Final = "2020-05-06T07:08:09+00:00"
FREEZERS: Final = [
    pytest.param(lambda: freeze_time(PAST), id="freezegun"),
    pytest.param(lambda: freeze_time(PAST, tick=True), id="freezegun-tick"),
    pytest.param(lambda: freeze_time(PAST, auto_tick_seconds=15), id="freezegun-auto-tick"),
    pytest.param(lambda: freeze_time(PAST, real_asyncio=True), id="freezegun-real-asyncio"),
    pytest.param(lambda: freeze_time("9998-01-01"), id="freezegun-future"),
    pytest.param(lambda: travel(PAST, tick=False), id="time-machine"),
    pytest.param(lambda: travel(PAST, tick=True), id="time-machine-tick"),
]
PRELUDE: Final = """
import asyncio, unittest
import httpx, jwt, pytest
from datetime import UTC, datetime
from freezegun import freeze_time
from time_machine import travel

THEN = int(datetime(2020, 5, 6, tzinfo=UTC).timestamp())

def use(issuer, expected=THEN):
    assert httpx.get(issuer.jwks_uri).status_code == 200
    for path in ("/health", "/openapi.json", "/oauth2/v1/certs"):
        assert httpx.get(issuer.url + path).status_code == 200
    token = httpx.post(issuer.url + "/token").json()["access_token"]
    for text in (token, issuer.mint()):
        claims = jwt.decode(text, options={"verify_signature": False})
        assert expected is None or abs(claims["iat"] - expected) < 60

"""
FIXTURES: Final = """
@pytest.fixture
def frozen():
    with freeze_time("2020-05-06"):
        yield

def test_frozen_before_the_fixture(frozen, token_issuer):
    use(token_issuer)

def test_frozen_after_the_fixture_and_at_its_end(token_issuer, frozen):
    use(token_issuer)

def test_frozen_during_setup_only(request):
    with freeze_time("2020-05-06"):
        issuer = request.getfixturevalue("token_issuer")
    use(issuer, None)

def test_frozen_at_the_end_only(request):
    freezer = freeze_time("2020-05-06")
    request.addfinalizer(freezer.stop)
    issuer = request.getfixturevalue("token_issuer")
    use(issuer, None)
    freezer.start()

@freeze_time("2020-05-06")
def test_shared(shared_token_issuer):
    use(shared_token_issuer)
"""
DECORATORS: Final = """
@freeze_time("2020-05-06")
def test_decorated(token_issuer):
    use(token_issuer)

@travel("2020-05-06", tick=False)
def test_decorated_by_time_machine(token_issuer):
    use(token_issuer)

@freeze_time("2020-05-06", tick=True)
def test_ticking(token_issuer):
    use(token_issuer)

def test_moved(token_issuer):
    with freeze_time("2021-01-01") as time:
        time.move_to("2020-05-06")
        use(token_issuer)

@freeze_time("2020-05-06")
class TestClass:
    def test_method(self, token_issuer):
        use(token_issuer)

@travel("2020-05-06")
class TestUnitTest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _issuer(self, token_issuer):
        self.issuer = token_issuer

    def test_method(self):
        use(self.issuer)

@freeze_time("2020-05-06", real_asyncio=True)
def test_asyncio(token_issuer):
    async def fetch():
        async with httpx.AsyncClient() as client:
            await asyncio.sleep(0.001)
            return await client.get(token_issuer.jwks_uri)

    assert asyncio.run(fetch()).status_code == 200
    use(token_issuer)

@freeze_time("2020-05-06")
async def _test(issuer):
    use(issuer)

def test_coroutine(token_issuer):
    asyncio.run(_test(token_issuer))

"""

SESSION: Final = """
import httpx, pytest
from freezegun import freeze_time
from token_issuer import run_token_issuer

@pytest.fixture(scope="session")
def frozen_session():
    with freeze_time("2020-05-06"):
        yield

@pytest.fixture(scope="session")
def issuer_of_frozen_session(frozen_session, token_issuer_session):
    return token_issuer_session

def test_issuer_started_while_time_was_frozen(issuer_of_frozen_session):
    for path in ("/certs", "/openapi.json", "/oauth2/v1/certs", "/admin/keys"):
        assert httpx.get(issuer_of_frozen_session.url + path).status_code == 200

def test_issuer_of_one_test(token_issuer):
    for path in ("/health", "/openapi.json", "/oauth2/v1/certs"):
        assert httpx.get(token_issuer.url + path).status_code == 200

def test_issuer_whose_keys_are_read_later(tmp_path):
    with freeze_time("2020-05-06"), run_token_issuer(keys_dir=tmp_path) as issuer:
        kid = issuer.rotate()
    with run_token_issuer(keys_dir=tmp_path) as issuer:
        assert issuer.kid == kid

@freeze_time("2019-01-01")
def test_nested(shared_token_issuer):
    assert httpx.get(shared_token_issuer.jwks_uri).status_code == 200
"""


@pytest.mark.slow
@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(("tests", "count"), [(FIXTURES, 5), (DECORATORS, 8)])
def test_suite_that_freezes_the_time_in_every_way_ends(
    run_project: RunProject, tests: str, count: int
) -> None:
    result = run_project(PRELUDE + tests)

    assert result.returncode == 0, result.stdout
    assert f"{count} passed" in result.stdout


@pytest.mark.slow
@pytest.mark.requirement("TI-7")
def test_session_that_freezes_the_time_ends(run_project: RunProject) -> None:
    result = run_project(SESSION)

    assert result.returncode == 0, result.stdout
    assert "4 passed" in result.stdout


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize("freeze", FREEZERS)
def test_issuer_starts_serves_and_stops_while_time_is_frozen(
    freeze: Callable[[], Any], tmp_path: Path
) -> None:
    with (
        freeze(),
        run_token_issuer(keys_dir=tmp_path) as issuer,
        patient_http.Client(base_url=issuer.url) as client,
    ):
        assert client.get("/certs").status_code == 200  # the fast path
        assert client.get("/tokeninfo", params={"access_token": "x"}).status_code == 400
        assert client.get("/oauth2/v1/certs").status_code == 200
        assert client.get("/openapi.json").status_code == 200
        assert client.get("/admin/keys").json()["keys"][0]["published"]
        assert client.post("/admin/keys/rotate").status_code == 200


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize("freeze", FREEZERS)
def test_issuer_stops_while_time_is_frozen_later(freeze: Callable[[], Any]) -> None:
    with ExitStack() as stack:
        issuer = stack.enter_context(run_token_issuer())
        first = jwt.decode(issuer.mint(), options={"verify_signature": False})
        frozen = freeze()
        frozen.start()
        try:
            stack.close()
        finally:
            frozen.stop()

    assert first["iat"] <= datetime.now(UTC).timestamp()


def test_kept_connection_does_not_delay_the_end_while_time_is_frozen() -> None:
    with (
        run_token_issuer() as issuer,
        httpx.Client() as client,
        freeze_time(PAST),
    ):
        assert client.get(issuer.jwks_uri).status_code == 200
        assert client.get(f"{issuer.url}/health").status_code == 200


@pytest.mark.requirement("BV-2")
def test_fault_lasts_in_real_time_while_time_is_frozen(token_issuer: RunningIssuer) -> None:
    with freeze_time(PAST), patient_http.Client() as client:
        token_issuer.faults.set({"kind": "delay", "delay": "1s", "for": "1s"})
        assert client.get(token_issuer.jwks_uri).status_code == 200  # after the delay
        assert client.get(token_issuer.jwks_uri).status_code == 200
        assert [state.is_over for state in token_issuer.faults.list()] == [True]


def test_tokens_and_dates_follow_the_frozen_time(token_issuer: RunningIssuer) -> None:
    with freeze_time(PAST):
        claims = jwt.decode(token_issuer.mint(exp="15m"), options={"verify_signature": False})
        response = httpx.get(token_issuer.jwks_uri)

    assert datetime.fromtimestamp(claims["iat"], UTC) == datetime.fromisoformat(PAST)
    assert claims["exp"] == claims["iat"] + 900
    assert response.headers["date"] == "Wed, 06 May 2020 07:08:09 GMT"


@pytest.mark.parametrize("freeze", FREEZERS)
def test_elapsed_time_and_event_loop_go_on_while_time_is_frozen(freeze: Callable[[], Any]) -> None:
    before = read_elapsed_s()
    with freeze(), asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(asyncio.sleep(0.001))

    assert 0 < read_elapsed_s() - before < 3600


def test_elapsed_time_does_not_depend_on_replaced_functions(
    monkeypatch: pytest.MonkeyPatch, token_issuer: RunningIssuer
) -> None:
    for name in ("time", "monotonic", "perf_counter", "sleep", "time_ns", "monotonic_ns"):
        monkeypatch.setattr(time, name, lambda *_: 1)

    assert token_issuer.mint()  # and the fixture ends


def test_thread_that_does_not_stop_is_left_behind(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    is_released = threading.Event()
    monkeypatch.setattr(server_module, "_MAX_JOIN_S", 0)
    monkeypatch.setattr(server_module._Server, "run", lambda *_, **__: is_released.wait())

    with listen("127.0.0.1", 0) as listener, serve_in_thread(Issuers(issuer), listener):
        pass

    is_released.set()
    assert "does not stop; its thread is left behind" in caplog.text
