"""Google's own verifier, unmodified, in a command whose requests to Google the issuer answers."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import pytest

from tests.conftest import ISSUER_COMMAND

pytestmark = pytest.mark.requirement("GO-6")

VERIFY: Final = """
import subprocess, sys
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2 import id_token

fields = sys.argv[2:] if "--aud" in sys.argv else ["--aud", "my-app", *sys.argv[2:]]
mint = [sys.argv[1], "make-token", *fields]
token = subprocess.run(mint, check=True, capture_output=True, text=True).stdout.strip()
try:
    print(id_token.verify_oauth2_token(token, Request(), "my-app")["sub"])
except (GoogleAuthError, ValueError) as error:
    print(error)
"""


def verify(environ: dict[str, str], fields: Sequence[str]) -> str:
    script = (sys.executable, "-c", VERIFY, str(ISSUER_COMMAND), *fields)
    outcome = subprocess.run(
        [str(ISSUER_COMMAND), "google", "--", *script],
        env=environ,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        (("--sub", "alice"), "alice\n"),
        (("--exp", "-5m"), "Token expired"),
        (("--aud", "another-app"), "Token has wrong audience"),
        (("--iss", "https://issuer.local"), "Wrong issuer"),
        (("--defect", "kid-unknown"), "Certificate for key id"),
    ],
)
def test_google_auth_verifies_tokens_with_its_own_urls(
    base_environ: dict[str, str], fields: tuple[str, ...], outcome: str
) -> None:
    assert verify(base_environ, fields).startswith(outcome)
