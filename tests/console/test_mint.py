"""Minting in the console: the token follows the form, and the copied code mints another one."""

import json
import re
import subprocess
import sys
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import httpx
import pytest

from tests.browser.browser import CLIPBOARD, Browser
from tests.conftest import ISSUER_COMMAND
from tests.console.page import Console
from tests.machine import find_command
from tests.services import Service, Start, read_clean_environ

pytestmark = pytest.mark.requirement("TI-13")

TARGET: Final = "http://localhost:3000/"
COPIED: Final = "document.querySelector('.copyable code').textContent"
SUBJECT: Final = 'it\'s "$(touch x)" `id` \\n %s é 💡 {x} ${y} $HOME !!'
CLAIMS: Final = r"""{
  "text": "'\"$(touch x)`id`\\ \n\t\u202e \ud83d\udca1 \/ </script>",
  "__proto__": {"true": [true, false, null, "null"]},
  "number": 12345678901234567890, "float": 1.0, "": -1e-7
}"""
FIXTURE: Final = """
import pytest

@pytest.fixture
def start_service():
    return lambda jwks_uri: {url!r}
"""


@pytest.fixture(scope="module")
def issuer(start_shared_issuer: Start) -> Service:
    """Start an issuer for all tests, which only mint tokens."""
    return start_shared_issuer()


@pytest.fixture
def mint(console: Console) -> Console:
    console.open("mint")
    return console


def choose_text(browser: Browser, name: str) -> str:
    """Show one of the texts to copy, and return it."""
    browser.click(f"fieldset input[value='{name}']")
    return str(browser.evaluate(COPIED))


def decode_token(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a token."""
    header, claims = (json.loads(urlsafe_b64decode(f"{part}==")) for part in token.split(".")[:2])
    return header, claims


@pytest.mark.parametrize("width", [1280, 390])
def test_token_follows_what_is_typed(mint: Console, width: int) -> None:
    browser = mint.browser
    browser.reset(width=width, permissions=CLIPBOARD)
    mint.open("mint")
    mint.tab_to("[name=sub]")
    browser.type("alice")
    mint.tab_to("[name=exp]")
    browser.type("1h")
    mint.tab_to("[name=claims]")
    browser.type('{"groups": ["admin"]}')
    mint.wait_for_text('"groups"')
    mint.check()
    mint.tab_to(".copyable button")
    browser.press("Enter")
    mint.wait_for_text("Copied")

    _, claims = decode_token(browser.clipboard)
    assert (claims["sub"], claims["groups"]) == ("alice", ["admin"])
    assert claims["exp"] - claims["iat"] == 3600
    assert "Expires in 59 minutes" in mint.text or "Expires in 1 hour" in mint.text
    assert browser.failures == []


def test_known_values_are_suggested(mint: Console) -> None:
    def read_suggestions(name: str) -> list[str]:
        options = f"[...document.querySelector('[name={name}]').list.options]"
        suggestions: list[str] = mint.browser.evaluate(f"{options}.map(({{ value }}) => value)")
        return suggestions

    assert read_suggestions("sub") == ["alice", "bob", "carol"]
    assert read_suggestions("kid") == ["dev-key"]
    assert {"plain", "google", "iap"} <= set(read_suggestions("profile"))


def test_form_has_each_field_of_a_token_request(mint: Console) -> None:
    document = httpx.get(f"{mint.url}/openapi.json", trust_env=False).json()
    fields = set(document["components"]["schemas"]["TokenRequest"]["properties"])
    names = mint.browser.evaluate(
        "[...document.querySelectorAll('form [name]')].map(({ name }) => name)"
    )

    assert sorted(names) == sorted(fields)


def test_defect_is_found_by_words_and_explained(mint: Console) -> None:
    browser = mint.browser
    mint.tab_to("[type=search]")
    browser.type("command shell")
    mint.wait_for_text("1 of ")
    mint.tab_to("[name=defect]")
    browser.press("ArrowDown", "ArrowDown")
    mint.wait_for_text("This is a token whose kid is a shell command.")
    mint.wait_for_text('"kid": "| sleep 10 #"')

    mint.check()
    assert "A verifier may accept or reject it." in mint.text
    assert "Severity: medium. Check: kid. Source: RFC 8725" in mint.text


def test_address_chooses_a_defect(console: Console) -> None:
    console.open("mint", defect="alg-none", sub="alice")

    assert decode_token(choose_text(console.browser, "Token"))[0]["alg"] == "none"
    assert "This is a token" in console.text


def test_token_can_be_inspected(mint: Console) -> None:
    token = choose_text(mint.browser, "Token")
    mint.press("Inspect this token")
    mint.wait_for_view("inspect")

    assert mint.browser.evaluate("document.querySelector('[name=token]').value").endswith(token)
    assert "A strict verifier accepts it." in mint.text
    assert token not in mint.browser.url


@pytest.mark.parametrize(
    ("width", "field", "text", "message", "correction"),
    [
        (1280, "exp", "tomorrow", "'tomorrow' is not a duration", "5m"),
        (390, "claims", '{"role": ', "expected a JSON object", '{"role": "admin"}'),
        (1280, "kid", "lost-key", "known keys: dev-key", "dev-key"),
    ],
)
def test_error_shows_at_its_field(
    mint: Console, width: int, field: str, text: str, message: str, correction: str
) -> None:
    browser = mint.browser
    browser.reset(width=width)
    mint.open("mint")
    browser.evaluate("document.querySelector('details').open = true")
    browser.fill(f"[name={field}]", text)
    browser.wait_for(f"[name={field}][aria-invalid=true]")
    described = f"document.querySelector('[name={field}]').ariaDescribedByElements"
    problem = browser.evaluate(f"{described}.map(({{ innerText }}) => innerText).join()")

    assert message in problem
    assert "No token was minted." in mint.text
    assert not browser.evaluate("document.querySelector('.copyable').checkVisibility()")
    mint.check()
    browser.fill(f"[name={field}]", correction)
    browser.wait_for(".copyable")
    assert not browser.evaluate("document.querySelector('[aria-invalid]')")


def test_error_opens_the_fields_that_are_folded(console: Console) -> None:
    console.open("mint", kid="lost-key")

    console.browser.wait_for("[name=kid][aria-invalid=true]")


def test_error_of_no_field_shows_below_the_form(mint: Console) -> None:
    mint.browser.evaluate("document.querySelector('details').open = true")
    mint.browser.fill("[name=aud]", "my-api")
    mint.browser.fill("[name=audience]", "other-api")
    mint.wait_for_text("aud and audience contradict each other")
    assert "No token was minted." in mint.text
    mint.browser.fill("[name=audience]", "x" * 70_000)
    mint.wait_for_text("body: larger than 64 KiB")

    mint.check()


def test_numbers_show_as_they_are_written(mint: Console) -> None:
    mint.browser.fill("[name=claims]", '{"score": 1.0, "id": 12345678901234567890}')

    mint.wait_for_text('  "score": 1.0,\n  "id": 12345678901234567890\n}')


def test_only_the_latest_request_shows(mint: Console) -> None:
    for subject in ("a", "ab", "abc"):
        mint.browser.fill("[name=sub]", subject)
    mint.wait_for_text('"sub": "abc"')

    assert decode_token(choose_text(mint.browser, "Token"))[1]["sub"] == "abc"


def run_curl(code: str, _folder: Path) -> list[str]:
    return ["bash", "-euc", code]


def run_python(code: str, _folder: Path) -> list[str]:
    return [sys.executable, "-c", code]


def run_pytest(code: str, folder: Path) -> list[str]:
    (folder / "test_code.py").write_text(code, encoding="utf-8")
    command = str(ISSUER_COMMAND.with_name("python"))
    return [command, "-m", "pytest", "-q", "--override-ini=addopts=", str(folder / "test_code.py")]


def run_javascript(code: str, folder: Path) -> list[str]:
    (folder / "code.mjs").write_text(code, encoding="utf-8")
    return [find_command("node", "run ci/console.sh"), str(folder / "code.mjs")]


Runner = Callable[[str, Path], list[str]]
RUNNERS: Final[Mapping[str, Runner]] = {
    "curl": run_curl, "Python": run_python, "pytest": run_pytest, "JavaScript": run_javascript,
}  # fmt: skip


class Target(ThreadingHTTPServer):
    """A service that records the Authorization fields which it receives."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Recorder)
        self.received: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Recorder(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Target)
        self.server.received += self.headers.get_all("Authorization", [])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def service() -> Iterator[Target]:
    with Target() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def run_copy(console: Console, service: Target, tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function that runs a copied text, and returns the Authorization fields it sends.

    Its keywords are environment variables.
    """
    fixture = FIXTURE.format(url=service.url)
    (tmp_path / "conftest.py").write_text(fixture, encoding="utf-8")

    def run_it(name: str, **variables: str) -> list[str]:
        code = choose_text(console.browser, name).replace(TARGET, service.url)
        environ = {k: v for k, v in read_clean_environ().items() if "proxy" not in k.lower()}
        subprocess.run(  # the copied code
            RUNNERS[name](code, tmp_path),
            env=environ | variables,
            cwd=tmp_path,
            check=True,
            timeout=60,
        )
        return service.received

    return run_it


@pytest.mark.parametrize("name", RUNNERS)
def test_copied_code_mints_such_a_token_and_sends_it(
    console: Console, run_copy: Callable[[str], list[str]], tmp_path: Path, name: str
) -> None:
    console.open("mint", sub=SUBJECT, claims=CLAIMS, aud="a, b", exp="1h")
    shown = choose_text(console.browser, "Token")
    [sent] = run_copy(name)
    scheme, token = sent.split(" ")
    claims = decode_token(token)[1]

    assert scheme == "Bearer"
    assert token != shown
    assert claims["sub"] == SUBJECT
    assert claims["aud"] == ["a", "b"]
    assert {name: claims[name] for name in json.loads(CLAIMS)} == json.loads(CLAIMS)
    assert repr(claims["float"]) == "1.0"
    assert claims["exp"] - claims["iat"] == 3600
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["curl", "Python", "JavaScript"])
def test_copied_code_trusts_an_issuer_over_https_as_the_page_says(
    console: Console,
    start_issuer: Start,
    run_copy: Callable[..., list[str]],
    tmp_path: Path,
    name: str,
) -> None:
    authority = str(tmp_path / "ca.pem")
    issuer = start_issuer(TOKEN_ISSUER_TLS="true", TOKEN_ISSUER_TLS_CA=authority)
    page = Console(console.browser, issuer.url)
    page.open("mint")
    assert "trusts the certificate" not in page.text  # beside the token itself
    choose_text(page.browser, name)
    variables = re.findall(r"[A-Z]+_[A-Z_]+", page.browser.read(".copyable + .help"))
    [sent] = run_copy(name, **dict.fromkeys(variables, authority))

    assert sent.startswith("Bearer eyJ")


@pytest.mark.parametrize("name", ["curl", "Python", "JavaScript"])
@pytest.mark.parametrize(
    ("defect", "start", "end"),
    [("scheme-lower-case", "bearer ey", ""), ("comma-after", "Bearer ey", ",")],
)
def test_copied_code_sends_a_defective_header(
    console: Console,
    run_copy: Callable[[str], list[str]],
    name: str,
    defect: str,
    start: str,
    end: str,
) -> None:
    console.open("mint", defect=defect)
    [sent] = run_copy(name)

    assert sent.startswith(start)
    assert sent.endswith(end)


def test_copied_code_names_the_issuer_of_the_page(staff_console: Console) -> None:
    staff_console.open("mint")

    assert f"curl -s {staff_console.url}/token " in choose_text(staff_console.browser, "curl")


def test_copied_test_expects_what_a_verifier_must_do(console: Console) -> None:
    def read_expectation(**fields: str) -> str:
        console.browser.goto("about:blank")
        console.open("mint", **fields)
        return choose_text(console.browser, "pytest").split("status_code")[1].strip()

    assert read_expectation() == "== 200"
    assert read_expectation(exp="-5m") == "== 401"
    assert read_expectation(defect="alg-none") == "== 401"
    assert read_expectation(defect="kid-command") == "in {200, 401}"


def test_header_that_is_sent_twice_is_copied_in_two_lines(console: Console) -> None:
    console.open("mint", defect="header-double-other")
    lines = choose_text(console.browser, "Header").splitlines()

    assert [line[:21] for line in lines] == ["Authorization: Bearer", "Authorization: Basic "]


def test_expiry_stands_still_with_the_clock(mint: Console, api: httpx.Client) -> None:
    api.put("/admin/clock", json={"now": 1924992000, "frozen": True})
    mint.wait_for_banner("clock is frozen")
    mint.wait_for_text('"iat": 1924992000')
    mint.wait_for_next_read("/admin/clock")

    assert "Expires in 15 minutes." in mint.text
