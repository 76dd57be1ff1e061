"""Verifiers that nobody here wrote accept the issuer's tokens over HTTP, and refuse bad ones."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import jwt
import pytest

from tests.services import Service, Start, flip_last_payload_character, mint

NODE_PROJECT = Path(__file__).parent / "node"
Verify = Callable[[str, str], object]


class RefusedError(Exception):
    """The verifier under test did not accept the token."""


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Install the npm verifiers from their lock file; return Node and the folder."""
    project = tmp_path_factory.mktemp("node") / "project"
    shutil.copytree(NODE_PROJECT, project, ignore=shutil.ignore_patterns("node_modules"))
    npm, executable = shutil.which("npm"), shutil.which("node")
    assert npm, "npm is missing: run the tests with ci/test.sh, which brings one"
    assert executable
    subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=project, check=True, timeout=110)
    return executable, project


def verify_with_pyjwt(jwks_uri: str, token: str) -> object:
    client = jwt.PyJWKClient(jwks_uri)
    try:
        key = client.get_signing_key_from_jwt(token)
        return jwt.decode(
            token, key, ["RS256"], audience="stream-watcher-docker", issuer="https://issuer.local"
        )
    except jwt.PyJWTError as error:
        raise RefusedError from error


@pytest.fixture(params=["pyjwt", "jose", "jwks-rsa"])
def verify(request: pytest.FixtureRequest) -> Verify:
    """Return a function that verifies a token against a JWKS URI, by one foreign library."""
    if request.param == "pyjwt":
        return verify_with_pyjwt
    executable, project = request.getfixturevalue("node")

    def verify_with_node(jwks_uri: str, token: str) -> object:
        outcome = subprocess.run(
            [executable, "verify.mjs", request.param, jwks_uri, token],
            cwd=project,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        if outcome.returncode != 0:
            raise RefusedError(outcome.stderr)
        return json.loads(outcome.stdout)

    return verify_with_node


@pytest.fixture
def issuer(start_issuer: Start) -> Service:
    return start_issuer()


@pytest.mark.requirement("TI-2", "TI-5")
@pytest.mark.parametrize("path", ["/.well-known/jwks.json", "/certs"])
def test_foreign_verifier_accepts_minted_token(
    client: httpx.Client, issuer: Service, verify: Verify, path: str
) -> None:
    claims = verify(issuer.url + path, mint(client, issuer, sub="alice"))

    assert isinstance(claims, dict)
    assert claims["sub"] == "alice"


@pytest.mark.requirement("TI-3")
def test_foreign_verifier_refuses_expired_and_tampered_token(
    client: httpx.Client, issuer: Service, verify: Verify
) -> None:
    jwks_uri = f"{issuer.url}/.well-known/jwks.json"

    with pytest.raises(RefusedError):
        verify(jwks_uri, mint(client, issuer, exp="-1m"))
    with pytest.raises(RefusedError):
        verify(jwks_uri, flip_last_payload_character(mint(client, issuer)))
