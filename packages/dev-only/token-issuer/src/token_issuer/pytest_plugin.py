# DEV-ONLY: never ship to production.
"""Pytest fixtures, which pytest finds as soon as the package is installed.

`token_issuer` is a new issuer for each test; a marker sets its settings:

    @pytest.mark.token_issuer(audience="my-api", profile="google")
    def test_service_accepts_google(token_issuer): ...

`shared_token_issuer` is one issuer for all tests of a session (with pytest-xdist, of a worker). It
is reset before each test, see `RunningIssuer.reset`. Fixtures of session scope use the same
issuer as `token_issuer_session`.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from token_issuer.front.in_process import GoogleNames
    from token_issuer.testing import RunningIssuer

_Result = TypeVar("_Result")
_MARKER: Final = "token_issuer"
_SESSION_SETTINGS: Final = "token_issuer_session_settings"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(**settings): settings of the fixture token_issuer, such as audience or profile;"
        " the marker nearest to the test takes precedence",
    )


@pytest.fixture
def token_issuer(request: pytest.FixtureRequest) -> Iterator["RunningIssuer"]:
    """Run a token issuer on a free port, with a fresh key, for one test."""
    with _run(f"@pytest.mark.{_MARKER}", _merge_markers(request.node)) as issuer:
        yield issuer


@pytest.fixture(scope="session")
def token_issuer_session_settings() -> Mapping[str, Any]:
    """Return the settings of the shared issuer; override this fixture in `conftest.py`."""
    return {}


@pytest.fixture(scope="session")
def token_issuer_session(
    token_issuer_session_settings: Mapping[str, Any],
) -> Iterator["RunningIssuer"]:
    """Run one token issuer for the whole session; nothing resets it between tests."""
    with _run(_SESSION_SETTINGS, token_issuer_session_settings) as issuer:
        yield issuer


@pytest.fixture
def shared_token_issuer(request: pytest.FixtureRequest) -> "RunningIssuer":
    """Return the session's issuer, reset."""
    if request.node.get_closest_marker(_MARKER) and "token_issuer" not in request.fixturenames:
        pytest.fail(
            f"@pytest.mark.{_MARKER}: the issuer of shared_token_issuer has its settings already;"
            f" use the fixture token_issuer, or override the fixture {_SESSION_SETTINGS}",
            pytrace=False,
        )
    issuer: RunningIssuer = request.getfixturevalue("token_issuer_session")
    issuer.reset()
    return issuer


@pytest.fixture
def google_names(
    token_issuer: "RunningIssuer", monkeypatch: pytest.MonkeyPatch
) -> Iterator["GoogleNames"]:
    """Let `token_issuer` answer Google's names in this process, for clients without a setting.

    The names resolve to a TLS server on 127.0.0.1, and variables name the file of its CA. Clients
    read the file when they connect, or when they are created; do that in the test.
    """
    # Imported here, because few tests need it.
    from token_issuer.config.environment import copy_environment  # noqa: PLC0415
    from token_issuer.front.in_process import answer_google_names  # noqa: PLC0415

    answering = answer_google_names(token_issuer.url, copy_environment())
    with _enter("google_names", answering) as names:
        monkeypatch.setattr(socket, "getaddrinfo", names.resolve)
        for name, value in names.variables.items():
            monkeypatch.setenv(name, value)
        yield names


def _merge_markers(item: pytest.Item) -> dict[str, Any]:
    """Return the settings of all markers of a test; the nearest marker takes precedence."""
    merged: dict[str, Any] = {}
    for marker in reversed([*item.iter_markers(_MARKER)]):  # the nearest one last
        if marker.args:
            pytest.fail(
                f"@pytest.mark.{_MARKER}: {marker.args[0]!r} has no name; expected settings by"
                f" name, such as @pytest.mark.{_MARKER}(audience='my-api')",
                pytrace=False,
            )
        merged |= marker.kwargs
    return merged


@contextmanager
def _run(source: str, settings: Mapping[str, Any]) -> Iterator["RunningIssuer"]:
    """Run an issuer; fail the test without a traceback if it cannot start.

    Args:
        source: Where *settings* come from, for error messages.
        settings: The settings.
    """
    # Imported here, because most tests need no issuer.
    from token_issuer.testing import run_token_issuer  # noqa: PLC0415

    with _enter(source, run_token_issuer(**settings)) as issuer:
        yield issuer


@contextmanager
def _enter(source: str, running: AbstractContextManager[_Result]) -> Iterator[_Result]:
    """Enter *running*; fail the test without a traceback if that is not possible.

    Args:
        source: Where the settings come from, for error messages.
        running: The context manager.
    """
    # Imported here, because most tests need no issuer.
    from token_issuer.errors import SettingsError, TokenIssuerError  # noqa: PLC0415

    with ExitStack() as stack:
        try:
            result = stack.enter_context(running)
        except SettingsError as error:
            message = "\n".join(f"{source}: {problem}" for problem in error.problems)
        except TokenIssuerError as error:
            message = str(error)
        else:
            yield result
            return
    pytest.fail(message, pytrace=False)  # outside of `except`, to show no chained traceback
