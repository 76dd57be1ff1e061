# DEV-ONLY: never ship to production.
"""`token-issuer probe-login` as a process, against applications of this test: whole probes."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest
from tests.in_process import call_main
from tests.relying_party import Answer, RelyingParty, fetch, serve
from tests.virtual_time.clock import VirtualClock
from token_issuer.cli.arguments import parse_arguments
from token_issuer.cli.commands.probe_login import run
from token_issuer.probe.logins.login_probe import NAMES
from token_issuer.probe.timing import Timing
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.tokens.defects.catalogue import LOGIN_DEFECTS

pytestmark = pytest.mark.requirement("BV-5")

KNOWN_OF_PYJWT = {
    *("exp-string", "nbf-string", "payload-utf16", "base64-padding"),
    "keys-fault-drip",
}
"""What the probe of verifiers finds in PyJWT, too; see docs/verifiers.md."""
StartParty = Callable[..., RelyingParty]
Probe = Callable[..., tuple[int, dict[str, Any], str]]


class StrictParty(RelyingParty):
    """The application with all checks that the specifications demand."""

    def finish_login(self, session: dict[str, Any], sent: dict[str, str]) -> Answer:
        issuer_url = self.issuer_url
        if "error" in sent or "state" not in session or sent.get("state") != session["state"]:
            return 403, "denied"
        tokens = self.fetch_tokens(session, sent["code"])
        if tokens.get("token_type", "").lower() != "bearer":
            return 400, "token_type is wrong"
        try:
            keys = jwt.PyJWKClient(f"{issuer_url}/.well-known/jwks.json", cache_keys=False)
            claims = jwt.decode(
                tokens["id_token"],
                keys.get_signing_key_from_jwt(tokens["id_token"]),
                algorithms=["RS256"],
                audience="app",
                issuer=issuer_url,
                options={"require": ["exp", "iss", "aud", "sub"], "strict_aud": False},
            )
        except (jwt.PyJWTError, KeyError) as error:
            return 500, f"as some frameworks do: {error}"
        if claims.get("nonce") != session["nonce"] or claims.get("azp", "app") != "app":
            return 400, "nonce or azp is wrong"
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        user = fetch(f"{issuer_url}/userinfo", headers=bearer)
        if user.get("sub") != claims["sub"]:
            return 400, "sub is wrong"
        session["user"] = user
        return 303, f"{self.url}/"


class CarelessParty(RelyingParty):
    """The application without state, nonce and PKCE, which logs in whoever has a code."""

    def start_login(self, session: dict[str, Any]) -> str:
        url = super().start_login(session)
        left_out = ("state=", "nonce=", "code_challenge")
        return "&".join(part for part in url.split("&") if not part.startswith(left_out))

    def finish_login(self, session: dict[str, Any], sent: dict[str, str]) -> Answer:
        if "code" not in sent:
            return 200, "denied, says a page with status 200"
        self.fetch_tokens({**session, "verifier": None}, sent["code"])
        session["user"] = {"name": "somebody"}
        return 303, f"{self.url}/"


@pytest.fixture
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(issuer="self") as running:
        yield running


@pytest.fixture
def start_party(issuer: RunningIssuer) -> Iterator[StartParty]:
    """Return a function that runs an application of a class."""
    with ExitStack() as stack:

        def start(kind: type[RelyingParty]) -> RelyingParty:
            party = kind(issuer.url, {})
            stack.enter_context(serve(party))
            return party

        yield start


@contextmanager
def start_probe(
    environ: Mapping[str, str], party: RelyingParty, *arguments: str
) -> Iterator[subprocess.Popen[str]]:
    """Start `token-issuer probe-login` as a process."""
    urls = [f"{party.url}/login", "--logged-in", f"{party.url}/me"]
    with subprocess.Popen(
        [sys.executable, "-m", "token_issuer", "probe-login", *urls, *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


@pytest.fixture
def probe(clean_environ: dict[str, str], issuer: RunningIssuer) -> Probe:
    """Return a function that probes, and returns the exit code, the report and the errors."""

    def run(party: RelyingParty, *arguments: str) -> tuple[int, dict[str, Any], str]:
        options = ["--issuer", issuer.url, "--json", *arguments]
        with start_probe(clean_environ, party, *options) as process:
            output, errors = process.communicate(timeout=100)
        return process.returncode, json.loads(output) if output else {}, errors

    return run


def list_outcomes(report: dict[str, Any], outcome: str) -> set[str]:
    return {check["id"] for check in report["checks"] if check["outcome"] == outcome}


def assert_nothing_is_left(issuer: RunningIssuer) -> None:
    assert not list(issuer.logins)
    assert not issuer.faults.list()


@pytest.fixture
def probe_on_virtual_time(
    clean_environ: dict[str, str], issuer: RunningIssuer, timing: Timing
) -> Probe:
    """Return a function that probes in this process; a busy machine takes none of its time."""

    def run_probe(party: RelyingParty, *arguments: str) -> tuple[int, dict[str, Any], str]:
        result = call_main(
            lambda argv: run(parse_arguments(argv), timing),
            *("probe-login", f"{party.url}/login", "--logged-in", f"{party.url}/me"),
            *("--issuer", issuer.url, "--json", *arguments),
            environ=clean_environ,
        )
        return result.returncode, json.loads(result.stdout), result.stderr

    return run_probe


@pytest.mark.slow  # a login waits for a key document that never ends
def test_strict_application_has_no_findings_but_those_of_its_library(
    probe_on_virtual_time: Probe, start_party: StartParty, issuer: RunningIssuer
) -> None:
    exit_code, report, errors = probe_on_virtual_time(start_party(StrictParty))

    assert {finding["check"] for finding in report["findings"]} <= KNOWN_OF_PYJWT, errors
    assert {finding["severity"] for finding in report["findings"]} <= {"low", "medium"}
    assert exit_code == 1
    assert report["command"] == "probe-login"
    assert {check["id"] for check in report["checks"]} == set().union(*NAMES.values())
    assert list_outcomes(report, "passed") >= {
        *(id_ for id_, defect in LOGIN_DEFECTS.items() if defect.check in {"nonce", "state"}),
        *("alg-none", "signature-wrong-key", "iss-wrong", "aud-missing", "exp-past-day"),
        *("code-injected", "keys-rotation", "keys-fault-unknown-kty"),
    }
    assert list_outcomes(report, "skipped") == {"refresh-sub-other"}
    assert report["duration_s"] < 60
    assert_nothing_is_left(issuer)


def test_check_for_which_no_time_is_left_is_skipped(
    probe_on_virtual_time: Probe, start_party: StartParty, virtual_clock: VirtualClock
) -> None:
    class Slow(StrictParty):
        def start_login(self, session: dict[str, Any]) -> str:
            virtual_clock.sleep(4)
            return super().start_login(session)

    _, report, errors = probe_on_virtual_time(start_party(Slow), "--only", "keys")

    (last,) = (check for check in report["checks"] if check["id"] == "keys-fault-delay")
    assert last["outcome"] == "skipped", errors
    assert last["observed"].startswith("no time left in ")


def test_careless_application_is_accused_of_what_it_neglects_and_nothing_else(
    probe: Probe, start_party: StartParty, issuer: RunningIssuer
) -> None:
    exit_code, report, errors = probe(start_party(CarelessParty))

    found = {finding["check"]: finding for finding in report["findings"]}
    assert exit_code == 1, errors
    assert set(found) == {"request-binding", "code-injected", "id-token-missing"}
    # It reads no ID token, so none of its claims is a finding apart from that.
    assert {"iss-wrong", "aud-missing", "aud-of-other-client"} <= list_outcomes(report, "open")
    # It fetches no keys, sends no nonce and no state, and asks for no claims of the user.
    skipped = list_outcomes(report, "skipped")
    assert {"nonce-wrong", "state-wrong", "userinfo-sub-other"} <= skipped
    reproduction = found["code-injected"]["reproduction"]
    assert "curl -sS -X POST -H 'Content-Type: application/json' -d" in reproduction
    assert_nothing_is_left(issuer)


def test_reproduction_plans_the_login(
    probe: Probe, start_party: StartParty, issuer: RunningIssuer
) -> None:
    party = start_party(CarelessParty)
    _, report, _ = probe(party, "--only", "code-injected")

    command = report["findings"][0]["reproduction"]
    subprocess.run(["bash", "-c", command], check=True, capture_output=True, timeout=60)

    assert [planned.defect for planned in issuer.logins] == ["code-injected"]
    assert party.url in command.partition("#")[2]


def test_reports_leave_out_what_is_below_the_severity(
    probe: Probe, start_party: StartParty, tmp_path: Path
) -> None:
    junit, html = tmp_path / "probe.xml", tmp_path / "probe.html"
    files = ["--junit", str(junit), "--html", str(html)]
    checks = ["--only", "request,id-token-missing"]

    exit_code, report, _ = probe(start_party(CarelessParty), *checks, "--severity", "high", *files)

    assert exit_code == 1
    assert (report["hidden"], len(report["findings"])) == (1, 1)
    assert "id-token-missing" not in {check["id"] for check in report["checks"]}
    for file in (junit, html):
        text = file.read_text("utf-8")
        assert "request-binding" in text
        assert "id-token-missing" not in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--logged-in-text", "no such text"], "--logged-in-text"),
        (["--user", "nobody"], "--user: the issuer knows no user 'nobody'"),
        (["--only", "nonce-wrog"], "did you mean nonce-wrong"),
        (["--logged-in", "http://example.com/"], "--logged-in: example.com"),
    ],
)
def test_probe_that_cannot_run_is_exit_code_2(
    probe: Probe, start_party: StartParty, arguments: list[str], reason: str
) -> None:
    exit_code, report, errors = probe(start_party(StrictParty), *arguments)

    assert exit_code == 2
    assert reason in (report.get("stopped") or errors)


def test_page_that_is_open_to_all_is_explained(probe: Probe, start_party: StartParty) -> None:
    party = start_party(StrictParty)

    exit_code, report, _ = probe(party, "--logged-in", f"{party.url}/")

    assert exit_code == 2
    assert "set --logged-in-text" in report["stopped"]


def test_application_of_another_issuer_is_explained(
    probe: Probe, start_party: StartParty, issuer: RunningIssuer
) -> None:
    party = start_party(StrictParty)
    party.issuer_url = "http://issuer.example"

    exit_code, report, _ = probe(party)

    assert exit_code == 2
    assert "redirects to http://issuer.example/authorize" in report["stopped"]
    assert f"has not come to the issuer {issuer.url}" in report["stopped"]
    assert_nothing_is_left(issuer)


def test_application_that_logs_in_without_the_issuer_is_explained(
    probe: Probe, start_party: StartParty, issuer: RunningIssuer
) -> None:
    class SelfSufficient(StrictParty):
        def start_login(self, session: dict[str, Any]) -> str:
            session["user"] = {"name": "developer"}
            return f"{self.url}/"

    exit_code, report, errors = probe(start_party(SelfSufficient))

    assert exit_code == 2, errors
    assert "logged in without a login at the issuer" in report["stopped"]
    assert f"has not come to the issuer {issuer.url}" in report["stopped"]


def test_plan_of_somebody_else_is_not_taken_for_that_of_the_probe(
    probe: Probe, start_party: StartParty, issuer: RunningIssuer
) -> None:
    class Disturbed(StrictParty):
        def start_login(self, session: dict[str, Any]) -> str:
            if any(planned.defect for planned in issuer.logins):
                issuer.logins.clear()
                issuer.logins.next("alice")
            return super().start_login(session)

    exit_code, report, errors = probe(start_party(Disturbed), "--only", "nonce-wrong")

    assert (exit_code, report) == (2, {})
    assert "run one probe at a time" in errors
    assert "Traceback" not in errors
    assert_nothing_is_left(issuer)


def test_login_that_starts_again_after_a_rejection_is_not_taken_for_a_success(
    probe: Probe, start_party: StartParty
) -> None:
    class Impatient(StrictParty):
        def answer(self, path: str, session: dict[str, Any], sent: dict[str, str]) -> Answer:
            status, text = super().answer(path, session, sent)
            return (303, f"{self.url}/login") if status >= 400 else (status, text)

    checks = ["--only", "nonce-wrong,aud-missing"]
    exit_code, report, errors = probe(start_party(Impatient), *checks)

    assert (exit_code, report["findings"]) == (0, []), errors
    assert list_outcomes(report, "passed") >= {"nonce-wrong", "aud-missing"}


def test_application_that_stops_after_a_login_is_reported(
    probe: Probe, start_party: StartParty
) -> None:
    class Fragile(StrictParty):
        def finish_login(self, session: dict[str, Any], sent: dict[str, str]) -> Answer:
            answer = super().finish_login(session, sent)
            if answer[0] == 500:
                self.issuer_url = "http://localhost:1"
            return answer

    checks = ["--only", "nonce-missing,aud-missing,exp-missing"]
    exit_code, report, _ = probe(start_party(Fragile), *checks)

    assert exit_code == 1
    assert [finding["severity"] for finding in report["findings"]] == ["high"]
    assert "aud-missing" in list_outcomes(report, "skipped")


def test_application_that_stops_after_a_denied_login_is_not_approved(
    probe: Probe, start_party: StartParty
) -> None:
    class Touchy(StrictParty):
        is_broken = False

        def answer(self, path: str, session: dict[str, Any], sent: dict[str, str]) -> Answer:
            self.is_broken |= "error" in sent
            return (500, "broken") if self.is_broken else super().answer(path, session, sent)

    exit_code, report, errors = probe(start_party(Touchy), "--only", "nonce-wrong")

    assert exit_code == 2, errors
    assert "good logins no longer succeed" in report["stopped"]


def test_application_that_breaks_silently_is_not_approved(
    probe: Probe, start_party: StartParty
) -> None:
    class Wearing(StrictParty):
        rejected = 0

        def start_login(self, session: dict[str, Any]) -> str:
            if self.rejected:
                raise OSError
            return super().start_login(session)

        def answer(self, path: str, session: dict[str, Any], sent: dict[str, str]) -> Answer:
            try:
                answer = super().answer(path, session, sent)
            except OSError:
                return 503, "no more sessions"
            self.rejected += answer[0] == 400
            return answer

    exit_code, report, errors = probe(start_party(Wearing), "--only", "nonce-wrong,aud-missing")

    assert exit_code == 1, errors
    assert [finding["severity"] for finding in report["findings"]] == ["high"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_leaves_no_plan_and_no_fault(
    clean_environ: dict[str, str],
    issuer: RunningIssuer,
    start_party: StartParty,
    number: signal.Signals,
) -> None:
    has_begun, may_continue = threading.Event(), threading.Event()

    class Slow(StrictParty):
        def start_login(self, session: dict[str, Any]) -> str:
            has_begun.set()
            may_continue.wait(60)
            return super().start_login(session)

    options = ["--issuer", issuer.url, "--timeout", "1m"]
    with start_probe(clean_environ, start_party(Slow), *options) as process:
        assert has_begun.wait(60)
        assert list(issuer.logins)  # planned, and not used yet
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    may_continue.set()

    assert process.returncode == 128 + number
    assert output == ""
    assert "Traceback" not in errors
    assert_nothing_is_left(issuer)


def test_issuer_is_started_and_the_application_awaited(clean_environ: dict[str, str]) -> None:
    # The application starts after its operator has read the URL of the issuer.
    with ExitStack() as stack:
        party = StrictParty("http://localhost:1", {})
        stack.enter_context(serve(party))
        options = ["--port", "0", "--only", "nonce-wrong", "--json"]
        with start_probe(clean_environ, party, *options) as process:
            assert process.stderr
            banner = [process.stderr.readline() for _ in range(4)]
            party.issuer_url = banner[1].split()[1]
            output, errors = process.communicate(timeout=60)

    assert process.returncode == 0, errors
    assert banner[0].startswith(
        f"token-issuer (DEV ONLY, never production) listens on {party.issuer_url};"
    )
    assert json.loads(output)["findings"] == []
