# DEV-ONLY: never ship to production.
"""The web application is built beside the server: by several issuers at once, or not at all."""

import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NoReturn

import pytest
import token_issuer.web.app
from litestar import Litestar
from tests import patient_http
from token_issuer.config.settings import Settings
from token_issuer.errors import ApplicationError
from token_issuer.google.providers import Providers
from token_issuer.issuers.issuers import Issuers
from token_issuer.testing import run_token_issuer
from token_issuer.tokens.issuer import Issuer
from token_issuer.web.lazy_app import LazyApp

TWO_ISSUERS: Final = """
from contextlib import ExitStack
import httpx
from token_issuer.testing import run_token_issuer

with ExitStack() as stack:
    issuers = [stack.enter_context(run_token_issuer()) for _ in range(2)]
    for issuer in issuers:
        print(httpx.get(f"{issuer.url}/health", timeout=60, trust_env=False).status_code)
"""


@pytest.mark.requirement("TI-8")
def test_two_issuers_that_start_together_both_answer(untraced_environ: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", TWO_ISSUERS],
        env=untraced_environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.stdout, result.stderr) == ("200\n200\n", "")


@pytest.mark.requirement("TI-8")
def test_applications_are_built_one_at_a_time(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = threading.Semaphore()

    def create_app(settings: Settings, providers: Providers) -> Litestar:
        assert running.acquire(blocking=False), "two applications are built at once"
        with ExitStack() as stack:
            stack.callback(running.release)
            return real_create_app(settings, providers)

    real_create_app = token_issuer.web.app.create_app
    monkeypatch.setattr(token_issuer.web.app, "create_app", create_app)
    applications = [LazyApp(Issuers(issuer)) for _ in range(4)]
    for each in applications:
        each.begin()

    assert all(each.built.result(timeout=60) for each in applications)


@pytest.mark.requirement("TI-8")
def test_issuer_whose_application_cannot_be_built_stops_with_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_settings: Settings, _providers: Providers) -> NoReturn:
        message = "no module named wheels"
        raise ImportError(message)

    monkeypatch.setattr(token_issuer.web.app, "create_app", fail)

    with (
        pytest.raises(ApplicationError, match="ImportError: no module named wheels; reinstall"),
        run_token_issuer() as issuer,
    ):
        patient_http.get(f"{issuer.url}/health")  # starts the build


@pytest.mark.requirement("TI-8")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_command_whose_application_cannot_be_built_exits_with_1(
    tmp_path: Path, clean_environ: dict[str, str], workers: str
) -> None:
    broken = tmp_path / "litestar" / "__init__.py"
    broken.parent.mkdir()
    broken.write_text("raise ImportError('broken installation')\n")

    result = subprocess.run(
        [sys.executable, "-m", "token_issuer", "serve", "--port", "0", "--workers", workers],
        env={**clean_environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 1
    assert (
        "token-issuer: cannot build the web application: ImportError: broken installation; "
        "reinstall token-issuer with its dependencies"
    ) in result.stderr.splitlines()
    assert "Traceback" not in result.stderr
