"""Google's clients for Python verify tokens in a test process, by the fixture `google_names`."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import ISSUER_COMMAND
from tests.google_clients.installing import PYTHON
from tests.machine import INSTALL_TIMEOUT_S
from tests.services import read_clean_environ

pytestmark = [pytest.mark.requirement("GO-6"), pytest.mark.timeout(2 * INSTALL_TIMEOUT_S)]

# The fixture is in the environment of the issuer, which lacks firebase-admin.
CONFTEST: Final = """
import site
from pathlib import Path
for folder in Path({folder!r}).glob("*/site-packages"):
    site.addsitedir(str(folder))
"""
TEST: Final = """
import pytest
import firebase_admin
from firebase_admin import auth
from google.auth import exceptions
from google.auth.transport.requests import Request
from google.oauth2 import id_token

pytestmark = pytest.mark.token_issuer(profile="google")

@pytest.fixture
def app():
    app = firebase_admin.initialize_app(options={"projectId": "dev-only-project"})
    yield app
    firebase_admin.delete_app(app)

def test_google_auth(token_issuer, google_names):
    token = token_issuer.mint(aud="my-app", sub="alice")
    assert id_token.verify_oauth2_token(token, Request(), "my-app")["sub"] == "alice"
    token_issuer.rotate()
    assert id_token.verify_oauth2_token(token_issuer.mint(aud="my-app"), Request(), "my-app")
    token = token_issuer.mint(aud="my-app", exp="-1h")
    with pytest.raises(ValueError, match="Token expired"):
        id_token.verify_oauth2_token(token, Request(), "my-app")

def test_firebase_admin(token_issuer, google_names, app):
    token = token_issuer.mint(profile="firebase", sub="alice")
    assert auth.verify_id_token(token, app)["uid"] == "alice"
    with pytest.raises(auth.InvalidIdTokenError):
        auth.verify_id_token(token_issuer.mint(aud="dev-only-project"), app)
    with pytest.raises(auth.ExpiredIdTokenError):
        auth.verify_id_token(token_issuer.mint(profile="firebase", exp="-1h"), app)

def test_outside_of_the_fixture_nothing_is_changed():
    with pytest.raises(exceptions.TransportError):
        id_token.verify_oauth2_token("a.b.c", Request(), "my-app")
"""


def test_clients_verify_tokens_of_the_fixture(
    installed: Callable[[str], None], tmp_path: Path
) -> None:
    installed("Python")
    conftest = CONFTEST.format(folder=str(PYTHON.parents[1] / "lib"))
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "test_clients.py").write_text(TEST, encoding="utf-8")
    python = str(ISSUER_COMMAND.with_name("python"))
    command = [python, "-m", "pytest", "-q", "-p", "no:schemathesis"]
    # No other proxy, so that the last test reaches nothing.
    environ = read_clean_environ() | {"HTTPS_PROXY": "http://127.0.0.1:9"}

    outcome = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
        timeout=INSTALL_TIMEOUT_S,
    )  # fmt: skip

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
