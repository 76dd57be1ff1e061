# DEV-ONLY: never ship to production.
"""make-keys, make-token and health: one process each, the rest in this one."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

RunCommand = Callable[..., subprocess.CompletedProcess[str]]


def decode(token: str, keys_dir: Path) -> dict[str, Any]:
    public_key = (keys_dir / "public.pem").read_text()
    return jwt.decode(
        token,
        public_key,
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_aud": False},
    )


@pytest.mark.requirement("TI-7")
def test_make_keys_is_idempotent(run_command: RunCommand, filled_dir: Path) -> None:
    before = (filled_dir / "private.pem").read_bytes()
    result = run_command("make-keys", str(filled_dir))

    assert result.returncode == 0
    assert result.stdout.startswith(f"{filled_dir}: kid dev-key, thumbprint ")
    assert "PRIVATE" not in result.stdout + result.stderr
    assert (filled_dir / "private.pem").read_bytes() == before


@pytest.mark.requirement("TI-7")
def test_make_token_works_offline(run_command: RunCommand, filled_dir: Path) -> None:
    result = run_command(
        "make-token",
        "--keys-dir", str(filled_dir),
        "--sub", "alice",
        "--aud", "a",
        "--aud", "b",
        "--exp", "-5m",
        "--scope", "read",
        "--claims", '{"deep":{"x":1}}',
        "--claim", "role=admin=1",
        "--claim", "level:=5",
    )  # fmt: skip
    claims = decode(result.stdout.strip(), filled_dir)

    assert result.returncode == 0
    assert result.stderr == ""
    assert (claims["sub"], claims["aud"], claims["scope"]) == ("alice", ["a", "b"], "read")
    assert (claims["deep"], claims["role"], claims["level"]) == ({"x": 1}, "admin=1", 5)
    assert claims["exp"] < time.time() - 200


@pytest.mark.requirement("TI-7")
def test_make_token_finds_the_key_directory_in_the_environment(
    call_command: RunCommand, filled_dir: Path
) -> None:
    result = call_command("make-token", "--json", PERSIST_KEYS_DIR=str(filled_dir))
    answer = json.loads(result.stdout)

    assert answer["expires_in"] == 900
    assert decode(answer["access_token"], filled_dir)["sub"] == "dev-user"


@pytest.mark.requirement("TI-7")
def test_make_token_works_against_a_running_issuer(
    call_command: RunCommand, start_issuer: Callable[..., Any], filled_dir: Path
) -> None:
    running = start_issuer("--keys-dir", str(filled_dir), "--audience", "theirs")
    by_url = call_command("make-token", "--url", running.url + "/", "--claim", "a=b")
    by_port = call_command("make-token", TOKEN_ISSUER_PORT=str(urlsplit(running.url).port))
    refused = call_command("make-token", "--url", running.url, "--kid", "nope")

    assert decode(by_url.stdout.strip(), filled_dir)["a"] == "b"
    assert decode(by_port.stdout.strip(), filled_dir)["aud"] == "theirs"
    assert refused.returncode == 2
    assert "no key is named 'nope'; known keys: dev-key" in refused.stderr


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--exp", "soon"], "exp: 'soon' is not a duration"),
        (["--claims", "[]"], "claims: expected one JSON object"),
        (["--claim", "nope"], "--claim: expected NAME=TEXT or NAME:=JSON"),
        (["--claim", "a:=x"], "--claim: the value of 'a' is not valid JSON"),
        (["--claim", "a:=" + "[" * 50_000], "--claim: the value of 'a' is not valid JSON"),
        (["--claims", b'{"a":"\xff"}'], "claims: expected one JSON object: not UTF-8 text"),
        (["--claim", "a=1", "--claim", "a=2"], "--claim: 'a' is given more than once"),
        (["--sub", "a", "--claim", "sub=b"], "sub and claims.sub contradict each other"),
        (["--kid", "nope"], "known keys: dev-key"),
    ],
)
def test_make_token_refuses_bad_fields(
    call_command: RunCommand, filled_dir: Path, arguments: list[str | bytes], message: str
) -> None:
    result = call_command("make-token", "--keys-dir", str(filled_dir), *arguments)

    assert result.returncode == 2
    assert message in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize("options", [["--sub", b"\xff"], ["--claim", "a:=NaN"]])
def test_make_token_refuses_what_is_not_json_before_it_asks_an_issuer(
    call_command: RunCommand, options: list[str | bytes]
) -> None:
    result = call_command("make-token", "--url", "http://127.0.0.1:1", *options)

    assert result.returncode == 2
    assert result.stderr.startswith("token-issuer: the options cannot be sent as JSON: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.requirement("TI-7")
def test_make_token_asks_for_keys_when_the_directory_has_none(
    call_command: RunCommand, keys_dir: Path
) -> None:
    result = call_command("make-token", "--keys-dir", str(keys_dir))

    assert result.returncode == 1
    assert "token-issuer make-keys" in result.stderr
    assert not keys_dir.exists()


@pytest.mark.requirement("TI-8")
def test_health_tells_up_from_down(
    run_command: RunCommand, start_issuer: Callable[..., Any]
) -> None:
    running = start_issuer("--host", "0.0.0.0")  # noqa: S104  # as in a container
    port = str(urlsplit(running.url).port)
    up = run_command("health", TOKEN_ISSUER_PORT=port, TOKEN_ISSUER_HOST="0.0.0.0")  # noqa: S104
    running.process.terminate()
    running.process.wait(timeout=60)
    down = run_command("health", TOKEN_ISSUER_PORT=port)

    assert up.returncode == 0
    assert up.stdout == f"ok: http://127.0.0.1:{port} signs with kid dev-key\n"
    assert down.returncode == 1
    assert "Connection refused" in down.stderr


@pytest.mark.requirement("TI-8")
def test_health_brackets_an_ipv6_host(call_command: RunCommand) -> None:
    result = call_command("health", TOKEN_ISSUER_HOST="::", TOKEN_ISSUER_PORT="1")

    assert result.returncode == 1
    assert "http://[::1]:1/health" in result.stderr
