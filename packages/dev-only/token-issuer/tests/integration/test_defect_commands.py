# DEV-ONLY: never ship to production.
"""Defects on the command line and in the fixture."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from tests import patient_http
from token_issuer.cli.arguments import parse_arguments
from token_issuer.cli.commands.make_keys import run as make_keys
from token_issuer.cli.commands.make_token import run as make_token
from token_issuer.errors import TokenRequestError
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.tokens.defects.catalogue import CATALOGUE, LOGIN_DEFECTS, TOKEN_DEFECTS

pytestmark = pytest.mark.requirement("BV-1")
RunCommand = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def running() -> Any:
    with run_token_issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def filled_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory that holds a key; each test adds to it what its defect needs."""
    directory = tmp_path_factory.mktemp("keys")
    assert make_keys(parse_arguments(["make-keys", str(directory)])) == 0
    return directory


def test_catalogue_is_listed_by_group(run_command: RunCommand) -> None:
    result = run_command("defects")
    lines = result.stdout.splitlines()

    assert result.returncode == 0
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(CATALOGUE)
    assert [line for line in lines if line and not line.startswith(" ")] == list(
        dict.fromkeys(defect.group for defect in CATALOGUE.values())
    )
    assert "refuse  critical  a token whose signature is empty" in result.stdout


def test_one_defect_is_explained(call_command: RunCommand) -> None:
    result = call_command("defects", "key-weak")

    assert result.stdout.startswith("key-weak: a token signed by an RSA key of 1024 bits\n\n")
    assert "\nverdict   refuse; high if it does otherwise\n" in result.stdout
    assert "\nremedy    Reject RSA keys of less than 2048 bits" in result.stdout
    assert "\nfault     weak-key\nalg       RS256\n" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_what_the_specifications_leave_open_is_said_to_be(call_command: RunCommand) -> None:
    result = call_command("defects", "sub-huge")

    assert "verdict   either; medium if it crashes\n" in result.stdout
    assert "fault" not in result.stdout


def test_catalogue_is_printed_for_programs(call_command: RunCommand) -> None:
    listed = json.loads(call_command("defects", "--json").stdout)
    described = json.loads(call_command("defects", "alg-none", "--json").stdout)

    assert [defect["id"] for defect in listed] == list(CATALOGUE)
    assert described in listed


def test_catalogue_is_listed_by_kind(call_command: RunCommand) -> None:
    listed = {
        kind: json.loads(call_command("defects", "--kind", kind, "--json").stdout)
        for kind in ("token", "login")
    }

    assert [defect["id"] for defect in listed["token"]] == list(TOKEN_DEFECTS)
    assert [defect["id"] for defect in listed["login"]] == list(LOGIN_DEFECTS)
    shown = call_command("defects", "--kind", "login").stdout
    assert "nonce-wrong" in shown
    assert "alg-none" not in shown
    assert "\nkind      login\n" in call_command("defects", "nonce-wrong").stdout


def test_unknown_kind_is_refused(call_command: RunCommand) -> None:
    result = call_command("defects", "--kind", "session")

    assert (result.returncode, result.stdout) == (2, "")
    assert "--kind: expected token or login, got 'session'" in result.stderr


def test_defect_of_a_login_is_refused_for_a_token(
    call_command: RunCommand, filled_dir: Path
) -> None:
    result = call_command("make-token", "--keys-dir", str(filled_dir), "--defect", "nonce-wrong")

    assert (result.returncode, result.stdout) == (2, "")
    assert "plan such a login by POST /admin/logins" in result.stderr


def test_unknown_defect_is_refused_in_each_command(
    call_command: RunCommand, filled_dir: Path
) -> None:
    explained = call_command("defects", "jkw")
    minted = call_command("make-token", "--keys-dir", str(filled_dir), "--defect", "jkw")

    for result in (explained, minted):
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(
            "token-issuer: defect: no defect is named 'jkw' (did you mean "
        )
        assert "jwk" in result.stderr


@pytest.mark.parametrize("id_", TOKEN_DEFECTS)
def test_defect_is_made_offline(
    filled_dir: Path, id_: str, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["make-token", "--keys-dir", str(filled_dir), "--defect", id_, "--json"]
    if id_ in {"jku", "x5u"}:
        with pytest.raises(TokenRequestError, match="only a running issuer serves"):
            make_token(parse_arguments(arguments))
        return
    assert make_token(parse_arguments(arguments)) == 0
    answer = json.loads(capfd.readouterr().out)

    assert any(answer["access_token"] in value for value in answer["authorization"])


def test_defect_is_made_by_a_running_issuer(
    call_command: RunCommand, running: RunningIssuer
) -> None:
    huge = call_command("make-token", "--url", running.url, "--defect", "sub-huge")
    pointing = call_command("make-token", "--url", running.url, "--defect", "jku")

    claims = jwt.decode(huge.stdout.strip(), options={"verify_signature": False})
    assert claims["sub"] == "s" * 1_000_000
    header = jwt.get_unverified_header(pointing.stdout.strip())
    assert header["jku"] == f"{running.url}/attacker/jwks.json"


@pytest.mark.parametrize("id_", TOKEN_DEFECTS)
def test_defect_is_made_by_the_fixture(running: RunningIssuer, id_: str) -> None:
    token = running.mint(defect=id_)
    fields = running.present(defect=id_)

    assert token.count(".") in {1, 2, 4}
    assert fields
    assert all(isinstance(field, str) for field in fields)


def test_good_token_is_presented_as_bearer(running: RunningIssuer) -> None:
    (field,) = running.present(sub="alice", role="admin")
    scheme, _, token = field.partition(" ")

    assert scheme == "Bearer"
    assert jwt.decode(token, options={"verify_signature": False})["role"] == "admin"


def test_fixture_refuses_what_cannot_be_made(running: RunningIssuer) -> None:
    with pytest.raises(TokenRequestError, match="did you mean"):
        running.mint(defect="alg-nome")


def test_followed_pointer_is_seen_in_the_request_log(running: RunningIssuer) -> None:

    url = jwt.get_unverified_header(running.mint(defect="jku"))["jku"]
    before = running.requests.count("/attacker/jwks.json")
    patient_http.get(url)

    assert running.requests.count("/attacker/jwks.json") == before + 1
