# DEV-ONLY: never ship to production.
"""`token-issuer serve` as a real process, and its refusals in this one."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
import pytest
from tests import patient_http

StartIssuer = Callable[..., Any]
RunCommand = Callable[..., subprocess.CompletedProcess[str]]
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104  # for the page that is served there


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    assert parts.port
    return socket.create_connection(("127.0.0.1", parts.port), timeout=60)


@pytest.mark.requirement("TI-8")
def test_start_says_dev_only_where_which_key_and_what_to_try(start_issuer: StartIssuer) -> None:
    running = start_issuer()
    running.process.terminate()
    stdout, stderr = running.process.stdout.read(), running.process.stderr.read()

    assert running.banner == (
        f"token-issuer (DEV ONLY, never production) listens on {running.url}\n"
    )
    assert stdout == (
        "Signs with kid dev-key; keeps keys in memory, new at each start\n"
        "Give verifiers the issuer https://issuer.local and its keys at "
        f"{running.url}/.well-known/jwks.json; for clients that take only the URL of an issuer, "
        "add --issuer self\n"
        f"Open {running.url}/ in a browser: the console\n"
        f"Try: curl -s -X POST {running.url}/token -d sub=alice\n"
    )
    assert stderr == ""
    assert urlsplit(running.url).hostname == "127.0.0.1"


@pytest.mark.requirement("TI-13")
@pytest.mark.parametrize(
    ("setting", "page"),
    [
        ({"TOKEN_ISSUER_HOST": EVERYWHERE}, "http://127.0.0.1:{port}/ in a browser: its endpoints"),
        (
            {"TOKEN_ISSUER_BROWSER_URL": "http://qa.test"},
            "http://qa.test/ in a browser: the console",
        ),
    ],
)
def test_start_says_where_a_browser_finds_the_page(
    start_issuer: StartIssuer, setting: dict[str, str], page: str
) -> None:
    running = start_issuer(**setting)
    running.process.terminate()

    assert f"Open {page.format(port=urlsplit(running.url).port)}\n" in running.process.stdout.read()


# Fetches the page by which it is called, and writes the URL and the title to a pipe.
BROWSER: Final = """
import sys, urllib.request

url, pipe = sys.argv[1:]
page = urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": "text/html"})).read()
with open(pipe, "w") as stream:
    stream.write(f"{url} {b'token-issuer console' in page}")
"""


@pytest.mark.requirement("TI-13")
def test_open_shows_the_page_in_a_browser(start_issuer: StartIssuer, tmp_path: Path) -> None:
    script, pipe = tmp_path / "browser.py", tmp_path / "pipe"
    script.write_text(BROWSER)
    os.mkfifo(pipe)
    command = f"{sys.executable} {script} %s {pipe}"
    running = start_issuer("--open", BROWSER=command, NO_PROXY="*")

    assert pipe.read_text() == f"{running.url}/ True"
    running.process.terminate()
    assert running.process.wait(timeout=60) == 0


# As a wrapper it gets the usual command, whose first three words are those of the interpreter.
IMAGE: Final = """
import sys
sys.modules["webbrowser"] = None  # as in the image, its import fails
from token_issuer.cli.main import main
sys.exit(main(sys.argv[4:]))
"""


@pytest.mark.requirement("TI-13")
@pytest.mark.parametrize(
    ("wrapper", "options", "problem"),
    [
        ((), (), "found no browser on this machine; open {url}/ yourself"),
        (
            (sys.executable, "-c", IMAGE),
            (),
            "this Python has no module webbrowser; open {url}/ yourself",
        ),
        ((), ("--workers", "2"), "an issuer of several processes has no console"),
    ],
)
def test_issuer_serves_even_if_it_cannot_open_the_page(
    start_issuer: StartIssuer, wrapper: tuple[str, ...], options: tuple[str, ...], problem: str
) -> None:
    nowhere = {"PATH": "/nonexistent", "DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""}
    running = start_issuer("--open", *options, wrapper=wrapper, **nowhere)

    message = running.process.stderr.readline()
    assert message == f"token-issuer: --open: {problem.format(url=running.url)}\n"
    assert patient_http.get(f"{running.url}/health").is_success


@pytest.mark.requirement("TI-6")
def test_each_start_has_a_fresh_key_in_memory(start_issuer: StartIssuer, issuer_url: str) -> None:
    first, second = (
        patient_http.get(f"{url}/certs").json() for url in (issuer_url, start_issuer().url)
    )

    assert first["keys"][0]["n"] != second["keys"][0]["n"]


@pytest.mark.requirement("TI-6")
def test_persisted_key_survives_a_restart(start_issuer: StartIssuer, keys_dir: Path) -> None:
    first = start_issuer(PERSIST_KEYS_DIR=str(keys_dir))
    token = patient_http.post(f"{first.url}/token").json()["access_token"]
    first.process.terminate()
    second = start_issuer("--keys-dir", str(keys_dir))
    key = jwt.PyJWKSet.from_dict(patient_http.get(f"{second.url}/certs").json()).keys[0]

    assert second.process.stdout.readline() == (
        f"Signs with kid {key.key_id}; keeps keys in {keys_dir}\n"
    )
    assert jwt.decode(token, key, algorithms=["RS256"], audience="stream-watcher-docker")


@pytest.mark.requirement("TI-8")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_request_in_flight_finishes_and_exit_code_is_0(
    start_issuer: StartIssuer, number: signal.Signals
) -> None:
    running = start_issuer()
    body = b'{"sub":"alice"}'
    head = (
        b"POST /token HTTP/1.1\r\nHost: issuer\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with connect(running.url) as client:
        client.sendall(head)
        assert b"100 Continue" in client.recv(1024)  # the handler is waiting for the body now
        running.process.send_signal(number)
        wait_until_refused(running.url)
        client.sendall(body)
        with client.makefile("rb") as answer:
            assert b"access_token" in answer.read()

    assert running.process.wait(timeout=60) == 0


def wait_until_refused(url: str) -> None:
    while True:
        try:
            connect(url).close()
        except OSError:
            return


# Waits so long for connections that only the signal can be what ends it. As a wrapper it gets the
# usual command, whose first three words are the interpreter, -m and the module.
PATIENT: Final = """
import functools, sys, uvicorn
from token_issuer.server import server
from token_issuer.cli.main import main
server._GRACE_S = 100
uvicorn.Config = functools.partial(uvicorn.Config, timeout_keep_alive=100)
sys.exit(main(sys.argv[4:]))
"""


@pytest.mark.requirement("TI-8")
def test_idle_connection_does_not_hold_up_the_end(start_issuer: StartIssuer) -> None:
    running = start_issuer(wrapper=(sys.executable, "-c", PATIENT))
    with patient_http.Client(base_url=running.url) as client:
        assert client.get("/health").is_success
        running.process.terminate()

        assert running.process.wait(timeout=60) == 0


@pytest.mark.requirement("GO-4")
@pytest.mark.parametrize(("factor", "warnings"), [("34560", 1), ("4320", 0)])
def test_start_warns_of_a_rotation_that_verifiers_cannot_follow(
    start_issuer: StartIssuer, factor: str, warnings: int
) -> None:
    running = start_issuer(
        TOKEN_ISSUER_ROTATION="google", TOKEN_ISSUER_ROTATION_FACTOR=factor, TOKEN_ISSUER_PORT="0"
    )
    running.process.terminate()
    running.process.wait(timeout=60)

    assert running.process.stderr.read().count("TOKEN_ISSUER_ROTATION_FACTOR=") == warnings


@pytest.mark.requirement("TI-8")
def test_taken_port_is_a_clear_error(run_command: RunCommand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_command("--port", str(port))

    assert result.returncode == 1
    assert result.stderr.startswith(f"token-issuer: cannot listen on 127.0.0.1 port {port}: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.requirement("TI-10")
@pytest.mark.parametrize("command", [["serve"], ["make-keys", "KEYS"], ["make-token"]])
def test_production_is_refused(
    call_command: RunCommand, keys_dir: Path, command: list[str]
) -> None:
    arguments = [str(keys_dir) if argument == "KEYS" else argument for argument in command]
    result = call_command(*arguments, NODE_ENV="production")

    assert result.returncode == 1
    assert "refusing to run in production: NODE_ENV says 'production'" in result.stderr
    assert not keys_dir.exists()


@pytest.mark.requirement("TI-10")
def test_production_is_refused_when_the_env_file_says_so(
    call_command: RunCommand, tmp_path: Path
) -> None:
    env_file = tmp_path / "issuer.env"
    env_file.write_text("APP_ENV=production\n")

    assert call_command("serve", "--env-file", str(env_file)).returncode == 1


@pytest.mark.requirement("TI-10")
def test_blank_variable_does_not_hide_that_the_env_file_says_production(
    call_command: RunCommand, tmp_path: Path, keys_dir: Path
) -> None:
    env_file = tmp_path / "issuer.env"
    env_file.write_text("NODE_ENV=production\n")

    result = call_command("make-keys", "--env-file", str(env_file), str(keys_dir), NODE_ENV="")

    assert result.returncode == 1
    assert "refusing to run in production: NODE_ENV" in result.stderr
    assert not keys_dir.exists()


@pytest.mark.requirement("TI-9")
def test_all_wrong_settings_are_reported_at_once(call_command: RunCommand, tmp_path: Path) -> None:
    env_file = tmp_path / "issuer.env"
    env_file.write_text("APP_ENV hunter2\nTOKEN_ISSUER_TTL\nTOKEN_ISSUER_LOG_LEVEL=loud\n")

    result = call_command(
        *("--port", "x", "--env-file", str(env_file)),
        TOKEN_ISSUER_TTL="soon",
        TOKEN_ISSUER_NOPE="1",
    )

    assert result.returncode == 2
    assert "hunter2" not in result.stderr
    beginnings = [
        f"--env-file: {env_file} line 1: ",
        f"--env-file: {env_file} line 2: ",
        "TOKEN_ISSUER_NOPE: ",
        "--port: ",
        "TOKEN_ISSUER_TTL: ",
        "TOKEN_ISSUER_LOG_LEVEL: ",
    ]
    for line, beginning in zip(result.stderr.splitlines(), beginnings, strict=True):
        assert line.startswith(f"token-issuer: {beginning}")


@pytest.mark.requirement("TI-9")
def test_settings_shape_the_tokens(start_issuer: StartIssuer, tmp_path: Path) -> None:
    env_file = tmp_path / "issuer.env"
    env_file.write_text("TOKEN_ISSUER_ISSUER=https://file.test\nTOKEN_ISSUER_SUBJECT=file\n")
    running = start_issuer(
        "--audience", "api", "--env-file", str(env_file), TOKEN_ISSUER_SUBJECT="environment"
    )
    token = patient_http.post(f"{running.url}/token", headers={"Host": "evil.test"}).json()
    claims = jwt.decode(token["access_token"], options={"verify_signature": False})

    assert (claims["iss"], claims["sub"], claims["aud"]) == (
        "https://file.test",
        "environment",
        "api",
    )


@pytest.mark.requirement("TI-8")
def test_access_log_is_written_when_asked_for(start_issuer: StartIssuer) -> None:
    running = start_issuer(TOKEN_ISSUER_ACCESS_LOG="true", TOKEN_ISSUER_LOG_LEVEL="debug")
    patient_http.get(f"{running.url}/health")
    running.process.terminate()
    stderr = running.process.communicate(timeout=60)[1]

    assert "GET /health" in stderr
