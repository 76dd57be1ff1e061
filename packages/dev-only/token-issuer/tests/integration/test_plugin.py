# DEV-ONLY: never ship to production.
"""The pytest plugin and the context manager, as a project uses them."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer.errors import ProductionEnvironmentError
from token_issuer.testing import RunningIssuer, run_token_issuer

PROJECT: Final = """
import httpx, jwt, pytest, sys

def test_nothing_is_loaded_before_the_fixture_is_used():
    assert not {"litestar", "uvicorn", "jwt_core", "token_issuer.testing"} & set(sys.modules)

def test_token_verifies(token_issuer):
    token = token_issuer.mint(sub="alice", role="admin")
    key = jwt.PyJWKClient(token_issuer.jwks_uri).get_signing_key_from_jwt(token)
    claims = jwt.decode(
        token, key, ["RS256"], audience=token_issuer.audience, issuer=token_issuer.issuer
    )
    assert (claims["sub"], claims["role"]) == ("alice", "admin")
    assert token_issuer.requests.count("/.well-known/jwks.json") == 1

@pytest.mark.token_issuer(audience="my-api", profile="google")
def test_settings_come_from_the_marker(token_issuer):
    claims = jwt.decode(token_issuer.mint(), options={"verify_signature": False})
    assert (claims["aud"], claims["iss"]) == ("my-api", "https://accounts.google.com")
    assert token_issuer.issuer == "https://accounts.google.com"
"""


@pytest.mark.requirement("TI-7")
def test_fixture_is_there_as_soon_as_the_package_is_installed(
    tmp_path: Path, untraced_environ: dict[str, str]
) -> None:
    (tmp_path / "test_project.py").write_text(PROJECT)
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-W",
            "error",
            "--strict-markers",
            "-p",
            "no:schemathesis",
            str(tmp_path),
        ],  # whose import takes longer than all the rest
        cwd=tmp_path,
        env=untraced_environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 0, result.stdout
    assert "3 passed" in result.stdout


@pytest.mark.requirement("GO-4")
def test_rotation_keeps_old_tokens_and_signs_with_the_new_key(token_issuer: RunningIssuer) -> None:
    old = token_issuer.mint()
    kid = token_issuer.rotate()
    new = token_issuer.mint()
    keys = jwt.PyJWKSet.from_dict(patient_http.get(token_issuer.jwks_uri).json())

    assert jwt.get_unverified_header(old)["kid"] == "dev-key"
    assert jwt.get_unverified_header(new)["kid"] == kid == token_issuer.kid == "dev-key-2"
    for token in (old, new):
        kid = jwt.get_unverified_header(token)["kid"]
        assert jwt.decode(token, keys[kid], ["RS256"], audience=token_issuer.audience)


@pytest.mark.requirement("GO-3")
def test_clock_is_turned_in_process(token_issuer: RunningIssuer) -> None:
    token_issuer.clock.turn(now=datetime(2030, 1, 1, tzinfo=UTC), frozen=True)

    response = patient_http.get(f"{token_issuer.url}/health")
    claims = jwt.decode(token_issuer.mint(), options={"verify_signature": False})
    assert response.headers["date"] == "Tue, 01 Jan 2030 00:00:00 GMT"
    assert claims["iat"] == 1893456000


@pytest.mark.requirement("TI-8")
def test_issuers_run_side_by_side_and_end_with_their_block() -> None:
    with run_token_issuer() as first, run_token_issuer(issuer="https://b.test") as second:
        assert first.url != second.url
        assert second.issuer == "https://b.test"
        for issuer in (first, second):
            assert patient_http.get(f"{issuer.url}/health").is_success
    with pytest.raises(httpx.ConnectError):
        patient_http.get(f"{first.url}/health")


@pytest.mark.requirement("TI-10")
def test_production_is_refused_in_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")

    with (
        pytest.raises(ProductionEnvironmentError, match="refusing to run in production: NODE_ENV"),
        run_token_issuer(),
    ):
        pass
