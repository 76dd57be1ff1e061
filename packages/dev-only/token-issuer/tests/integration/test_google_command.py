# DEV-ONLY: never ship to production.
"""`token-issuer google` and `token-issuer front` as processes."""

import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from token_issuer.front.trust import find_roots
from token_issuer.testing import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("GO-6")

RunCommand = Callable[..., subprocess.CompletedProcess[str]]
RunGoogle = Callable[..., subprocess.CompletedProcess[str]]

COMMAND: Final = (sys.executable, "-m", "token_issuer")
TIMEOUT_S: Final = 60
FETCH: Final = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1]) as response:
    print(response.read().decode())
"""
FETCH_WITH_REQUESTS: Final = """
import sys, requests
print(requests.get(sys.argv[1]).text)
"""
CERTS: Final = "https://www.googleapis.com/oauth2/v3/certs"

# Says its process id, and waits for a signal with the default action.
WAIT_FOR_SIGNAL: Final = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
print(os.getpid(), flush=True)
signal.pause()
"""
# Says that it is ready, and counts the signals until the first one that is not SIGINT.
COUNT_SIGNALS: Final = """
import signal, sys
numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
print("ready", flush=True)
received = []
while not received or received[-1] is signal.SIGINT:
    received.append(signal.sigwait(numbers))
    print(received[-1].name, flush=True)
sys.exit(7)
"""


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return an empty directory for temporary files."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    return directory


@pytest.fixture
def environ(clean_environ: dict[str, str], temporary: Path) -> dict[str, str]:
    """Return variables without a proxy, under which temporary files can be counted."""
    kept = {n: v for n, v in clean_environ.items() if not n.lower().endswith("_proxy")}
    return {**kept, "TMPDIR": str(temporary)}


@pytest.fixture
def run_google(environ: dict[str, str]) -> RunGoogle:
    """Return a function that runs `token-issuer google` and waits for its exit."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, "google", *arguments],
            env={**environ, **more},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(profile="google") as running:
        yield running


@pytest.mark.parametrize("script", [FETCH, FETCH_WITH_REQUESTS])
def test_python_fetches_the_keys_of_google(
    run_google: RunGoogle, temporary: Path, script: str
) -> None:
    outcome = run_google("--", sys.executable, "-c", script, CERTS)

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert json.loads(outcome.stdout)["keys"][0]["kid"]
    assert list(temporary.iterdir()) == []


def test_curl_fetches_the_keys_of_google(run_google: RunGoogle) -> None:
    outcome = run_google("--", "curl", "--silent", "--show-error", CERTS)

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert json.loads(outcome.stdout)["keys"][0]["kid"]


def test_discovery_names_urls_that_lead_to_the_issuer(run_google: RunGoogle) -> None:
    url = "https://accounts.google.com/.well-known/openid-configuration"
    outcome = run_google("--", sys.executable, "-c", FETCH, url)

    document = json.loads(outcome.stdout)
    assert outcome.stderr == ""
    assert document["issuer"] == "https://accounts.google.com"
    assert document["token_endpoint"] == "https://accounts.google.com/token"
    assert document["authorization_endpoint"].startswith("http://127.0.0.1:")  # for a browser


def test_running_issuer_is_used(run_google: RunGoogle, issuer: RunningIssuer) -> None:
    outcome = run_google("--url", issuer.url, "--", sys.executable, "-c", FETCH, CERTS)

    assert json.loads(outcome.stdout)["keys"][0]["kid"] == issuer.kid


def test_commands_of_the_issuer_find_it(run_google: RunGoogle) -> None:
    outcome = run_google("--", *COMMAND, "make-token", TOKEN_ISSUER_TLS="true")

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.count(".") == 2


def test_metadata_server_is_the_issuer(run_google: RunGoogle) -> None:
    script = 'curl -sSi "http://$GCE_METADATA_HOST/health" && test "$GCE_METADATA_IP"'
    outcome = run_google("--", "sh", "-c", script)

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert "x-dev-only: token-issuer" in outcome.stdout.lower()


def test_other_names_are_refused_with_the_remedy(run_google: RunGoogle) -> None:
    outcome = run_google("--", sys.executable, "-c", FETCH, "https://pypi.org/simple/")

    assert outcome.returncode == 1
    assert outcome.stderr.startswith("WARNING token_issuer.front.proxy: refused a connection: ")
    assert "failed: 403 pypi.org is not a name that the issuer answers" in outcome.stderr
    assert outcome.stderr.rstrip().endswith("allow it: --allow pypi.org>")


def test_allowed_host_is_reached_with_the_certificates_of_the_user(
    run_google: RunGoogle, tmp_path: Path
) -> None:
    with run_token_issuer(tls=True, tls_ca=tmp_path / "own.pem", host="localhost") as other:
        place = other.url.removeprefix("https://")
        outcome = run_google(
            *("--allow", place, "--", "curl", "-sS", "--noproxy", "", f"{other.url}/certs"),
            CURL_CA_BUNDLE=str(tmp_path / "own.pem"),
        )

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert json.loads(outcome.stdout)["keys"][0]["kid"] == other.kid


def test_roots_replace_the_certificates_of_the_machine(
    run_google: RunGoogle, tmp_path: Path
) -> None:
    with run_token_issuer(tls=True, tls_ca=tmp_path / "own.pem"):
        roots = (tmp_path / "own.pem").read_text()
        outcome = run_google(*(
            "--roots",
            str(tmp_path / "own.pem"),
            "--",
            "sh",
            "-c",
            'cat "$SSL_CERT_FILE"',
        ))

    assert outcome.stdout.count("BEGIN CERTIFICATE") == 2
    assert roots.partition("\n")[2] in outcome.stdout


def test_missing_roots_are_a_warning_that_names_the_option(run_google: RunGoogle) -> None:
    outcome = run_google("--", "true", SSL_CERT_FILE="/nonexistent", **unset_ca_variables())

    assert outcome.returncode == 0
    assert "no certificates of this machine were found" in outcome.stderr
    assert "--roots FILE" in outcome.stderr


def unset_ca_variables() -> Mapping[str, str]:
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "HTTPLIB2_CA_CERTS")
    return dict.fromkeys(names, "")


def test_files_of_the_command_are_private(run_google: RunGoogle) -> None:
    script = 'stat -c %a "$SSL_CERT_FILE" "$(dirname "$SSL_CERT_FILE")"/*'
    outcome = run_google("--", "sh", "-c", script)

    assert set(outcome.stdout.split()) == {"600"}


def test_input_and_output_are_those_of_the_command(environ: dict[str, str]) -> None:
    outcome = subprocess.run(
        [*COMMAND, "google", "--", "cat"],
        env=environ,
        input=b"\xff\0line\n",
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )

    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, b"\xff\0line\n", b"")


@pytest.mark.parametrize(
    ("command", "exit_code", "message"),
    [
        (["true"], 0, ""),
        (["sh", "-c", "exit 42"], 42, ""),
        (["sh", "-c", "kill -TERM $$"], 143, ""),
        (["sh", "-c", "kill -KILL $$"], 137, ""),
        (["no-such-command"], 127, "token-issuer: no-such-command: command not found; check its"),
        (["/nonexistent/x"], 127, "token-issuer: /nonexistent/x: command not found"),
        (["/etc/passwd"], 126, "token-issuer: /etc/passwd: cannot be executed: Permission denied"),
        (["/etc"], 126, "token-issuer: /etc: cannot be executed: Permission denied"),
        (["env", "--", "sh", "-c", "exit 3"], 3, ""),
        (["echo", "--url", "--help"], 0, ""),
    ],
)
def test_exit_status_is_that_of_the_command(
    run_google: RunGoogle, temporary: Path, command: list[str], exit_code: int, message: str
) -> None:
    outcome = run_google("--", *command)

    assert outcome.returncode == exit_code
    assert outcome.stderr.startswith(message)
    assert message or not outcome.stderr
    assert list(temporary.iterdir()) == []


def test_exit_status_is_known_though_ended_children_are_ignored(environ: dict[str, str]) -> None:
    outcome = subprocess.run(
        [*COMMAND, "google", "--", "sh", "-c", "exit 7"],
        env=environ,
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
        timeout=TIMEOUT_S,
        check=False,
    )

    assert outcome.returncode == 7


@pytest.mark.parametrize(
    ("arguments", "environ", "exit_code", "message"),
    [
        ([], {}, 2, "the following arguments are required: CMD"),
        (["--"], {}, 2, "the following arguments are required: CMD"),
        (["python3", "app.py"], {}, 2, "write -- before the command: token-issuer google -- "),
        (["--alow", "x", "--", "true"], {}, 2, "did you mean --allow?"),
        (["--allow", "https://x", "--", "true"], {}, 2, "--allow: expected HOST or HOST:PORT"),
        (["--allow", "www.googleapis.com", "--", "true"], {}, 2, "leave it out"),
        (["--url", "127.0.0.1:8081", "--", "true"], {}, 2, "--url: expected a URL"),
        (["--url", "https://127.0.0.1:1", "--", "true"], {}, 2, "without TLS and path"),
        (["--url", "http://127.0.0.1:1", "--", "true"], {}, 1, "no token issuer answers at"),
        (["--roots", "/nonexistent", "--", "true"], {}, 2, "--roots: /nonexistent: No such file"),
        (["--", "true"], {"NODE_ENV": "production"}, 1, "refusing to run in production"),
        (["--", "true"], {"TOKEN_ISSUER_PROFIL": "x"}, 2, "did you mean TOKEN_ISSUER_PROFILE"),
        (
            ["--allow", "pypi.org", "--", "true"],
            {"https_proxy": "http://proxy.test:3128"},
            2,
            "--allow: https_proxy names another proxy",
        ),
    ],
)
def test_wrong_usage_is_an_error_before_the_command_starts(
    run_google: RunGoogle,
    temporary: Path,
    arguments: list[str],
    environ: dict[str, str],
    exit_code: int,
    message: str,
) -> None:
    outcome = run_google(*arguments, **environ)

    assert (outcome.returncode, outcome.stdout) == (exit_code, "")
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert list(temporary.iterdir()) == []


def test_proxy_of_the_user_does_not_matter_without_allowed_hosts(run_google: RunGoogle) -> None:
    outcome = run_google(
        *("--", sys.executable, "-c", FETCH, CERTS),
        HTTPS_PROXY="http://proxy.test:3128",
        NO_PROXY="googleapis.com",
    )

    assert outcome.returncode == 0, outcome.stderr


@contextlib.contextmanager
def start(environ: Mapping[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *arguments],
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_signals_are_passed_on(
    environ: dict[str, str], temporary: Path, number: signal.Signals
) -> None:
    with start(environ, "google", "--", sys.executable, "-c", COUNT_SIGNALS) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "SIGINT\n"
        process.send_signal(number)
        output = process.communicate(timeout=TIMEOUT_S)

    assert (process.returncode, *output) == (7, f"{number.name}\n", "")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_command_that_a_signal_ends_leaves_nothing(
    environ: dict[str, str], temporary: Path, number: signal.Signals
) -> None:
    with start(environ, "google", "--", sys.executable, "-c", WAIT_FOR_SIGNAL) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        assert list(temporary.iterdir())
        process.send_signal(number)
        process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 128 + number
    assert list(temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def run_program(
    environ: Mapping[str, str], program: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


# Runs a command at a terminal, and presses Ctrl-C when it is ready; then asks it to end.
TERMINAL: Final = """
import os, pty, signal, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
output = b""
def read_until(word):
    global output
    while word not in output:
        output += os.read(terminal, 1024)
read_until(b"ready")
os.write(terminal, b"\\x03")
read_until(b"SIGINT")
os.kill(child, signal.SIGTERM)
read_until(b"SIGTERM")
print(output.count(b"SIGINT"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_key_of_the_terminal_interrupts_the_command_once(environ: dict[str, str]) -> None:
    command = (*COMMAND, "google", "--", sys.executable, "-c", COUNT_SIGNALS)
    outcome = run_program(environ, TERMINAL, *command)

    assert outcome.stdout == "1 7\n", outcome.stderr


EARLY: Final = """
import os, signal
from token_issuer.front.command import SignalForwarder
forwarder = SignalForwarder()
forwarder.install()
os.kill(os.getpid(), signal.SIGTERM)
print(forwarder.run(["echo", "started"], os.environ))
"""


def test_signal_before_the_command_starts_prevents_it(environ: dict[str, str]) -> None:
    outcome = run_program(environ, EARLY)

    assert outcome.stdout == "143\n", outcome.stderr


# Lets another thread than the main one receive a signal, as a busy machine may.
OTHER_THREAD: Final = """
import os, signal, sys, threading
from token_issuer.front.command import SignalForwarder
forwarder = SignalForwarder()
forwarder.install()
def receive():
    open(sys.argv[1]).read()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
threading.Thread(target=receive).start()
print(forwarder.run(["sh", "-c", "echo started > $0; exec sleep 60", sys.argv[1]], os.environ))
"""


def test_signal_that_another_thread_receives_reaches_the_command(
    environ: dict[str, str], tmp_path: Path
) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)

    outcome = run_program(environ, OTHER_THREAD, str(started))

    assert outcome.stdout == "143\n", outcome.stderr


@contextlib.contextmanager
def start_front(
    environ: Mapping[str, str], ca_file: Path, *arguments: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    options = ("--port", "0", "--tls-ca", str(ca_file))
    with start(environ, "front", *options, *arguments) as process:
        assert process.stdout
        match = re.search(r"on (http://\S+)", process.stdout.readline())
        assert match, process.stderr and process.stderr.read()
        assert process.stdout.readline()
        assert process.stdout.readline()
        yield process, match[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_front_serves_until_a_signal(
    environ: dict[str, str], tmp_path: Path, issuer: RunningIssuer, number: signal.Signals
) -> None:
    ca_file = tmp_path / "ca.pem"
    with start_front(environ, ca_file, "--url", issuer.url) as (process, url):
        keys = fetch(url, ca_file)
        process.send_signal(number)
        output = process.communicate(timeout=TIMEOUT_S)

    assert keys["keys"][0]["kid"] == issuer.kid
    assert (process.returncode, *output) == (0, "", "")
    assert stat.S_IMODE(ca_file.stat().st_mode) == 0o644


def fetch(proxy: str, ca_file: Path) -> Any:
    import ssl

    context = ssl.create_default_context(cafile=str(ca_file))
    return httpx.get(CERTS, proxy=proxy, verify=context, trust_env=False).json()


def test_front_starts_an_issuer_and_is_healthy(
    environ: dict[str, str], tmp_path: Path, run_command: RunCommand
) -> None:
    with start_front(environ, tmp_path / "ca.pem") as (_, url):
        keys = fetch(url, tmp_path / "ca.pem")
        health = run_command("health", "--url", url)

    assert health.stdout == f"ok: {url} signs with kid {keys['keys'][0]['kid']}\n"


def test_front_writes_a_new_authority_at_each_start(
    environ: dict[str, str], tmp_path: Path, issuer: RunningIssuer
) -> None:
    ca_file = tmp_path / "ca.pem"
    authorities = set()
    for _ in range(2):
        with start_front(environ, ca_file, "--url", issuer.url):
            authorities.add(ca_file.read_text())

    assert len(authorities) == 2


def test_front_adds_roots_to_the_file(
    environ: dict[str, str], tmp_path: Path, issuer: RunningIssuer
) -> None:
    ca_file, roots = tmp_path / "ca.pem", tmp_path / "roots.pem"
    roots.write_text("\n".join(find_roots({})))
    for _ in range(2):  # it replaces a large file, too
        with start_front(environ, ca_file, "--url", issuer.url, "--roots", str(roots)):
            assert ca_file.read_text().count("BEGIN CERTIFICATE") == len(find_roots({})) + 1


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["--host", "8.8.8.8"], 2, "--host: 8.8.8.8 is a public address"),
        (["--host", "no host"], 2, "--host: 'no host' is wrong"),
        (["--port", "70000"], 2, "--port: "),
        (
            ["--port", "TAKEN"],
            1,
            "Address already in use; choose another one with TOKEN_ISSUER_HOST (--host) and --port",
        ),
        (["--tls-ca", "/nonexistent/ca.pem"], 2, "/nonexistent/ca.pem"),
        (["--tls-ca", "/etc/passwd"], 2, "/etc/passwd"),
        (["--allow", "*"], 2, "--allow: expected HOST"),
        (["surplus"], 2, "unexpected argument 'surplus'"),
    ],
)
def test_front_that_cannot_start_says_why(
    run_command: RunCommand,
    issuer: RunningIssuer,
    arguments: list[str],
    exit_code: int,
    message: str,
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = [port if argument == "TAKEN" else argument for argument in arguments]
        defaults = ("--url", issuer.url, "--port", "0", "--tls-ca", str(tmp_path / "ca.pem"))
        outcome = run_command("front", *defaults, *arguments)

    assert outcome.returncode == exit_code
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_front_refuses_production(run_command: RunCommand, tmp_path: Path) -> None:
    outcome = run_command("front", "--tls-ca", str(tmp_path / "ca.pem"), NODE_ENV="production")

    assert outcome.returncode == 1
    assert "refusing to run in production" in outcome.stderr


def test_front_ends_when_its_authority_expires(
    environ: dict[str, str], tmp_path: Path, issuer: RunningIssuer
) -> None:
    script = (
        "import sys, datetime\n"
        "from token_issuer.tls import authority\n"
        "authority.VALIDITY = datetime.timedelta(seconds=1)\n"
        "from token_issuer.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    options = ("--url", issuer.url, "--port", "0", "--tls-ca", str(tmp_path / "ca.pem"))
    outcome = subprocess.run(
        [sys.executable, "-c", script, "front", *options],
        env=environ,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )

    assert outcome.returncode == 1
    assert "the CA has expired after a day; start the proxy and its clients again" in outcome.stderr


@pytest.mark.requirement("TI-8")
def test_serve_does_not_load_the_proxy(untraced_environ: dict[str, str]) -> None:
    script = (
        "import sys, token_issuer.cli.arguments, token_issuer.cli.commands.serve\n"
        "import token_issuer.server.server, token_issuer.issuers.factory\n"
        "print([name for name in sys.modules if 'token_issuer.front' in name])"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", script],
        env=untraced_environ,
        capture_output=True,
        text=True,
        check=True,
    )

    assert outcome.stdout == "[]\n"
