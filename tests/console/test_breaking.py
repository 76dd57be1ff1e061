"""The view that helps to break a target: the catalogue, and commands that a shell really runs."""

import json
import shlex
import subprocess
from contextlib import AbstractContextManager
from typing import Final

import httpx
import pytest

from tests.browser.browser import CLIPBOARD, Browser
from tests.conftest import ISSUER_COMMAND
from tests.console.conftest import SECRET, show
from tests.console.page import Console
from tests.services import Service, Start, read_clean_environ
from tests.weak_relying_party.party import run_weak_relying_party
from tests.weak_verifier.service import run_in_thread

pytestmark = pytest.mark.requirement("TI-13")

COMMAND: Final = "main section pre"
AWKWARD: Final = """it's "$HOME" `id` $(id) \\ é & | > /dev/null; # ! *"""
SAMPLE: Final = ("alg-none", "kid-command", "kid-long", "header-double", "tab-between")
SENT: Final = "Mint it, and send it"
MINTED: Final = "Mint a token with it"


@pytest.fixture
def breaking(shared_console: Console) -> Console:
    """Return the console with the view of defects; tests must not change the issuer."""
    shared_console.open("breaking")
    return shared_console


def run_in_shell(command: str) -> subprocess.CompletedProcess[str]:
    environ = read_clean_environ()
    environ["PATH"] = f"{ISSUER_COMMAND.parent}:{environ['PATH']}"
    return subprocess.run(
        ["sh", "-c", command], env=environ, capture_output=True, text=True, timeout=110, check=False
    )


def run_verifier(issuer: Service, *options: str) -> AbstractContextManager[str]:
    keys = f"{issuer.url}/.well-known/jwks.json"
    return run_in_thread(["--jwks-uri", keys, "--cooldown", "0.2", *options])


def read_command(console: Console) -> str:
    return str(console.browser.evaluate(f"document.querySelector({COMMAND!r}).textContent"))


def open_defect(console: Console, id_: str) -> None:
    """Search for a defect, and open it."""
    console.browser.fill("[name=search]", id_)
    console.browser.click(f"summary:has(code:text-is('{id_}'))")
    console.browser.wait_for(".defect[open]:not([hidden]) dl")


def read_commands(console: Console) -> dict[str, str]:
    """Return the commands of the open defect, by what they do."""
    pairs = console.browser.evaluate(
        "[...document.querySelectorAll('.defect[open]:not([hidden]) pre')]"
        ".map((box) => [box.ariaLabel, box.textContent])"
    )
    return dict(pairs)


@pytest.mark.parametrize("width", [1280, 390])
def test_command_for_a_target_is_filled_in_and_runs_without_the_mouse(
    console: Console, issuer: Service, width: int
) -> None:
    browser = console.browser
    browser.reset(width=width, permissions=CLIPBOARD)
    console.open("breaking")
    assert "This page runs no probe" in console.text
    with run_verifier(issuer, "--without", "exp") as target:
        browser.evaluate("document.querySelector('main').focus()")
        browser.press("Tab", "Tab")
        browser.type(f"{target}/orders")
        assert read_command(console) == (
            f"token-issuer probe {target}/orders --issuer={console.url}"
        )
        browser.evaluate("document.querySelector('[name=search]').focus()")
        browser.type("exp-past-day")
        browser.press("Shift+Tab", "Enter")
        browser.wait_until("document.querySelector('.copied').innerText === 'Copied'")
        command = browser.clipboard
        result = run_in_shell(command)

    assert command.endswith(" --only=exp-past-day")
    assert result.returncode == 1, result.stderr
    assert "exp-past-day: accepted with 200" in result.stdout
    browser.evaluate("scrollTo(0, 0)")
    console.check()


def test_values_reach_the_probe_whatever_a_shell_reads_in_them(
    console: Console, issuer: Service
) -> None:
    browser = console.browser
    console.open("breaking")
    header = "X-It's-a-$Token&|`*"
    with run_verifier(issuer, "--audience", AWKWARD, "--header", header) as target:
        browser.fill("[name=target]", f"{target}/it's?a=$HOME&b=`id`;c=(d)")
        browser.fill("[name=header]", header)
        browser.fill("[name=aud]", AWKWARD)
        browser.fill("[name=accept_status]", "200, 204")
        browser.click("[name=no_scheme]")
        browser.fill("[name=search]", "aud-wrong")
        result = run_in_shell(read_command(console))
        open_defect(console, "aud-wrong")
        sent = run_in_shell(read_commands(console)[SENT])
        open_defect(console, "aud-list-ours")
        accepted = run_in_shell(read_commands(console)[SENT])

    assert result.returncode == 0, result
    assert "Nothing found" in result.stdout
    assert "HTTP/1.1 401" in sent.stdout
    assert "HTTP/1.1 200" in accepted.stdout


def test_command_for_a_login_runs(chromium: Browser, start_issuer: Start) -> None:
    issuer = start_issuer(TOKEN_ISSUER_ISSUER="self")
    site = show(chromium, issuer.url)
    browser = site.browser
    site.open("breaking")
    with run_weak_relying_party(issuer.url, without=["nonce"]) as party:
        browser.select("[name=command]", "probe-login")
        browser.fill("[name=target]", f"{party.url}/login")
        browser.fill("[name=logged_in]", f"{party.url}/me")
        browser.fill("[name=logged_in_text]", '"sub"')
        browser.fill("[name=user]", "bob")
        browser.fill("[name=search]", "nonce-wrong")
        result = run_in_shell(read_command(site))
        open_defect(site, "nonce-wrong")
        commands = read_commands(site)
        planned = run_in_shell(commands["Let the next login have it"])

    assert result.returncode == 1, result
    assert "nonce-wrong" in result.stdout
    assert shlex.split(commands["Probe for it alone"]) == shlex.split(read_command(site))
    login = json.loads(planned.stdout)["logins"][0]
    assert (login["user"], login["defect"]) == ("bob", "nonce-wrong")


@pytest.mark.parametrize("field", ["target", "logged_in"])
@pytest.mark.parametrize("text", ["localhost:8080", "ftp://localhost/", "http://", "http://a b/"])
def test_text_that_is_no_url_is_marked_at_its_field(
    breaking: Console, field: str, text: str
) -> None:
    browser = breaking.browser
    if field == "logged_in":
        browser.select("[name=command]", "probe-login")
    browser.fill(f"[name={field}]", text)

    assert browser.evaluate(f"document.querySelector('[name={field}]').ariaInvalid") == "true"
    assert browser.evaluate("document.querySelectorAll('[aria-invalid=true]').length") == 1
    assert f"{field}: expected a URL such as http://localhost:8080/orders" in breaking.text
    assert read_command(breaking) == ""
    browser.fill(f"[name={field}]", "https://localhost:8443/x?y=z")
    assert browser.evaluate("document.querySelectorAll('[aria-invalid=true]').length") == 0
    assert "https://localhost:8443/x?y=z" in read_command(breaking)


def test_selection_that_the_command_cannot_try_is_reported(breaking: Console) -> None:
    browser = breaking.browser
    browser.select("[name=kind]", "login")
    assert "command: probe tries none of the defects below" in breaking.text
    browser.select("[name=command]", "probe-login")
    assert "tries none" not in breaking.text
    browser.select("[name=kind]", "")
    browser.fill("[name=search]", "credentials scheme")

    assert "command: probe-login tries none of the defects below" in breaking.text


def test_catalogue_is_complete_and_grouped(breaking: Console) -> None:
    listed = json.loads(run_in_shell("token-issuer defects --json").stdout)
    shown = breaking.browser.evaluate(
        "[...document.querySelectorAll('main .group')].flatMap((group) =>"
        " [...group.querySelectorAll('summary code.soft')]"
        ".map((id) => [group.querySelector('h4').textContent, id.textContent]))"
    )

    assert sorted(map(tuple, shown)) == sorted(
        (each["group"].replace("-", " ").replace("id ", "ID "), each["id"]) for each in listed
    )
    assert f"{len(listed)} of {len(listed)} defects" in breaking.text


def test_group_is_folded_until_a_search_finds_something_in_it(breaking: Console) -> None:
    browser = breaking.browser
    shown = "[...document.querySelectorAll('.group')].filter((group) => group.checkVisibility())"
    states = f"{shown}.map(({{ open }}) => open)"
    assert set(browser.evaluate(states)) == {False}
    browser.fill("[name=search]", "alg none")
    assert set(browser.evaluate(states)) == {True}
    assert "Algorithm" in breaking.text
    browser.fill("[name=search]", "")
    assert set(browser.evaluate(states)) == {False}
    breaking.tab_to(".group summary")
    browser.press("Enter")

    browser.wait_for("text=signature-empty")
    breaking.check()


def test_catalogue_can_be_searched_and_filtered(breaking: Console) -> None:
    browser = breaking.browser
    listed = json.loads(run_in_shell("token-issuer defects --json").stdout)
    for name in ("kind", "severity", "verdict"):
        for value in {each[name] for each in listed}:
            browser.select(f"[name={name}]", value)
            count = sum(each[name] == value for each in listed)
            assert f"{count} of {len(listed)} defects" in breaking.text
        browser.select(f"[name={name}]", "")
    browser.fill("[name=search]", "CVE-2022-21449")
    ids = [each["id"] for each in listed if "CVE-2022-21449" in each["source"]]
    assert read_command(breaking).endswith(f"--only={','.join(ids)}")
    browser.fill("[name=search]", "no such thing")

    assert f"0 of {len(listed)} defects" in breaking.text


def test_defect_is_explained(breaking: Console) -> None:
    open_defect(breaking, "alg-none")
    browser = breaking.browser
    text = browser.read(".defect[open]")
    links = browser.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.defect[open] a')]"
        ".map((link) => [link.innerText, link.href]))"
    )

    assert "critical" in text
    assert "A verifier must reject it; critical if it accepts it" in text
    assert "Check algorithms: Give the verifier a closed list of algorithms" in text
    assert "`" not in text
    assert browser.evaluate("document.querySelector('.defect[open] dd code').innerText") == "alg"
    assert links["RFC 8725"] == "https://www.rfc-editor.org/rfc/rfc8725"
    assert all(url.endswith(name.partition("-")[2]) for name, url in links.items() if "CVE" in name)
    browser.evaluate("scrollTo(0, 0)")
    breaking.check()


def test_view_opens_with_a_defect_and_leads_to_its_token(breaking: Console) -> None:
    browser = breaking.browser
    browser.reset()
    breaking.open("breaking", defect="exp-past-second")
    assert "1 of " in breaking.text
    breaking.press("Mint it")
    breaking.wait_for_view("mint")

    assert "exp-past-second" in browser.evaluate(
        "[...document.querySelectorAll('input, select, textarea')].map(({value}) => value).join()"
    )


@pytest.mark.parametrize("id_", SAMPLE)
def test_command_sends_the_defect(breaking: Console, upstream_url: str, id_: str) -> None:
    breaking.browser.fill("[name=target]", f"{upstream_url}/orders")
    open_defect(breaking, id_)
    commands = read_commands(breaking)
    minted = run_in_shell(commands[MINTED])
    sent = run_in_shell(commands[SENT])

    received = json.loads(sent.stdout.partition("\n\n")[2])
    fields = [value for name, value in received["headers"] if name == "authorization"]
    response = httpx.post(
        f"{breaking.url}/token", json={"defect": id_}, trust_env=False, timeout=60
    )
    wanted = response.json()["authorization"]
    assert list(map(describe_shape, fields)) == list(map(describe_shape, wanted)), id_
    assert minted.returncode == 0, minted.stderr
    assert describe_shape(response.json()["access_token"]) in describe_shape(minted.stdout.strip())


def describe_shape(credentials: str) -> str:
    """Return credentials without what differs between two tokens."""
    return " ".join("TOKEN" if part.count(".") == 2 else part for part in credentials.split(" "))


def test_every_defect_has_commands_that_the_issuer_accepts(
    breaking: Console, client: httpx.Client
) -> None:
    browser = breaking.browser
    browser.evaluate("document.querySelectorAll('.defect').forEach((each) => (each.open = true))")
    browser.wait_until("!document.querySelector('.defect:not(:has(dl))')")
    commands = browser.evaluate(
        "[...document.querySelectorAll('.defect')].map((each) => ["
        "each.querySelector('summary code.soft').textContent,"
        "Object.fromEntries([...each.querySelectorAll('pre')]"
        ".map((box) => [box.ariaLabel, box.textContent]))])"
    )
    for id_, lines in commands:
        assert shlex.split(lines["Probe for it alone"])[-1] == f"--only={id_}"
        if MINTED in lines:
            assert f"--defect={id_}" in shlex.split(lines[MINTED])
            answer = client.post(f"{breaking.url}/token", data={"defect": id_})
            assert answer.is_success, answer.text
            assert SENT in lines or id_ == "sub-huge", "curl cannot send it"
            continue
        words = shlex.split(lines["Let the next login have it"])
        plan = json.loads(words[words.index("-d") + 1])
        assert plan == {"user": "alice", "defect": id_}


def test_secret_is_named_in_commands_and_never_shown(secret_console: Console) -> None:
    browser = secret_console.browser
    browser.goto(f"{secret_console.url}/#breaking")
    browser.wait_for("#secret input")
    secret_console.give_secret(SECRET)
    secret_console.wait_for_view("breaking")
    open_defect(secret_console, "nonce-wrong")

    plan = read_commands(secret_console)["Let the next login have it"]
    assert '-H "Authorization: Bearer $TOKEN_ISSUER_ADMIN_TOKEN"' in plan
    assert "set TOKEN_ISSUER_ADMIN_TOKEN to the secret of this issuer" in secret_console.text
    assert SECRET not in browser.evaluate("document.documentElement.outerHTML")
