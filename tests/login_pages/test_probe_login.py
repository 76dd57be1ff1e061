"""`token-issuer probe-login --browser` drives an application that is all script, in Chromium."""

import json
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import Chromium, find_chromium
from tests.conftest import ISSUER_COMMAND
from tests.relying_party import Answer, RelyingParty, serve
from tests.services import Start, read_clean_environ

PAGE = """<!doctype html><title>Application</title><body><script>
const issuer = "ISSUER", here = location.origin + "/app";
const random = () => crypto.randomUUID();
async function start() {
  sessionStorage.state = random();
  sessionStorage.nonce = random();
  location.href = issuer + "/authorize?" + new URLSearchParams({
    response_type: "code", client_id: "spa", redirect_uri: here, scope: "openid profile",
    state: sessionStorage.state, nonce: sessionStorage.nonce,
  });
}
async function finish(sent) {
  if (sent.get("state") !== sessionStorage.state) throw new Error("state");
  const response = await fetch(issuer + "/token", {method: "POST", body: new URLSearchParams({
    grant_type: "authorization_code", code: sent.get("code"), redirect_uri: here,
    client_id: "spa",
  })});
  const payload = (await response.json()).id_token.split(".")[1];
  const claims = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/")));
  if (claims.nonce !== sessionStorage.nonce) throw new Error("nonce");
  sessionStorage.user = claims.name;
  location.href = here;
}
const sent = new URLSearchParams(location.search);
if (sessionStorage.user) document.body.append("Hello " + sessionStorage.user);
else if (sent.has("code")) finish(sent).catch((error) => document.body.append("wrong: " + error));
else {
  const button = document.createElement("button");
  button.textContent = "Log in";
  button.onclick = start;
  document.body.append(button);
}
</script>"""


class Spa(RelyingParty):
    def answer(self, path: str, session: dict[str, Any], sent: dict[str, str]) -> Answer:
        return 200, PAGE.replace("ISSUER", self.issuer_url) if path == "/app" else ""


@pytest.fixture(scope="module")
def chromium() -> Chromium:
    return find_chromium()


@pytest.fixture(scope="module")
def issuer_url(start_shared_issuer: Start) -> str:
    return start_shared_issuer(TOKEN_ISSUER_ISSUER="self").url


@pytest.fixture
def party(issuer_url: str) -> Iterator[Spa]:
    spa = Spa(issuer_url, {})
    with serve(spa):
        yield spa


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder whose path is short, since Chromium makes a socket below it."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def start_probe(
    chromium: Chromium, party: Spa, folder: Path, *arguments: str
) -> subprocess.Popen[str]:
    """Start the probe; *folder* takes the profile of its Chromium."""
    url = f"{party.url}/app"
    command = [
        *(str(ISSUER_COMMAND), "probe-login", url, "--logged-in", url),
        *("--logged-in-text", "Hello", "--issuer", party.issuer_url),
        f"--browser={chromium.path}",
    ]
    return subprocess.Popen(
        [*command, *arguments],
        env=read_clean_environ() | chromium.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_application_of_script_alone_is_probed(
    chromium: Chromium, party: Spa, folder: Path
) -> None:
    checks = ["--only", "state-wrong,nonce-wrong,nonce-missing,iss-wrong,alg-none"]
    with start_probe(chromium, party, folder, "--json", *checks) as process:
        output, errors = process.communicate(timeout=100)

    assert process.returncode == 1, errors
    report = json.loads(output)
    outcomes = {check["id"]: check["outcome"] for check in report["checks"]}
    found = {finding["check"] for finding in report["findings"]}
    assert {outcomes[id_] for id_ in ("state-wrong", "nonce-wrong", "nonce-missing")} == {"passed"}
    assert found == {"iss-wrong"}
    assert outcomes["alg-none"] == "open"  # it fetches no keys
    assert not list(folder.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_chromium_and_removes_its_profile(
    chromium: Chromium, party: Spa, folder: Path, number: signal.Signals
) -> None:
    with start_probe(chromium, party, folder) as process:
        assert process.stderr
        assert "baseline-good: logged in" in process.stderr.readline()
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 128 + number
    assert "Traceback" not in errors
    assert not list(folder.iterdir())
    assert str(folder) not in list_commands()


def list_commands() -> str:
    """Return the command lines of all processes of this machine."""
    files = Path("/proc").glob("[0-9]*/cmdline")
    return "".join(map(read_quietly, files))


def read_quietly(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:  # the process has ended
        return ""


def test_missing_chromium_is_explained(chromium: Chromium, party: Spa, folder: Path) -> None:
    with start_probe(chromium, party, folder, "--browser=/no/such/chromium") as process:
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 2
    assert "--browser: found no command /no/such/chromium; install Chromium" in errors
