# DEV-ONLY: never ship to production.
import dataclasses
import re
from collections.abc import Callable
from typing import Final

import pytest
from token_issuer.probe.report.text import render_text
from token_issuer.probe.results import Result

pytestmark = pytest.mark.requirement("BV-3")

GOLDEN: Final = """\
6 findings, the worst is critical
11 checks: 2 passed, 6 failed, 1 open (no verdict: the specifications allow
either behaviour), 2 skipped
target   http://127.0.0.1:8080/api
issuer   http://127.0.0.1:8081
took     41.2 s

CRITICAL algorithms: 3 tokens, 2 accepted, 1 made it crash
         change  Allow only the algorithms that your issuer uses.
         - It accepts alg-none.
           alg-none: accepted with 200
           try curl -i 'http://127.0.0.1:8080/api?alg-none'
         - It accepts alg-none-upper.
           alg-none-upper: accepted with 200
           try curl -i 'http://127.0.0.1:8080/api?alg-none-upper'
         why     Anyone can forge a token for any user; no key is needed.
         source  RFC 8725 §3.1, CVE-2015-9235

         - It accepts alg-hs256.
           alg-hs256: crashed with 500
           try curl -i 'http://127.0.0.1:8080/api?alg-hs256'
         why     The key is public.
         source  RFC 8725 §3.1, CVE-2015-9235

HIGH     aud: 2 tokens accepted
         change  Configure the audience of this service, and require the claim
                 aud.
         - It accepts aud-wrong.
           aud-wrong: accepted with 200
           try curl -i 'http://127.0.0.1:8080/api?aud-wrong'
         why     The token was issued for another service.
         source  RFC 8725 §3.1, CVE-2015-9235

         - (medium) It accepts aud-missing.
           aud-missing: accepted with 200
           try curl -i 'http://127.0.0.1:8080/api?aud-missing'
         why     The token has no audience.
         source  RFC 8725 §3.1, CVE-2015-9235

MEDIUM   It accepts keys-burst.
         change  Fetch at most once in 30 s.
         seen    keys-burst: the keys were fetched 200 times in 1.1 s
         try     curl -i 'http://127.0.0.1:8080/api?keys-burst'
         why     The service can be stopped.
         source  RFC 8725 §3.1, CVE-2015-9235

            passed   failed     open  skipped
baseline         1        0        0        0
tokens           1        5        1        0
keys             0        1        0        2
open     typ-wrong: accepted with 200
skipped  keys-max-age, keys-weak: the probe was given no admin secret
"""


def test_text_shows_the_verdict_then_the_changes(bad: Result) -> None:
    assert render_text(bad, colour=False) == GOLDEN


def test_colour_changes_only_the_colour(bad: Result) -> None:
    painted = render_text(bad, colour=True)
    assert painted.startswith("\x1b[1;31m6 findings, the worst is critical\x1b[0m\n")
    assert re.sub(r"\x1b\[[0-9;]+m", "", painted) == GOLDEN


def test_result_without_findings_is_short(clean: Result) -> None:
    assert render_text(clean, colour=False).splitlines()[:2] == [
        "Nothing found",
        "2 checks: 2 passed",
    ]
    assert "\x1b[1;32mNothing found" in render_text(clean, colour=True)


def test_stopped_probe_shows_the_reason_and_the_remedy(stopped: Result) -> None:
    first, second, *_ = render_text(stopped, colour=False).splitlines()
    assert f"{first} {second}" == (
        "The probe stopped: this URL needs no token. Choose one that requires a bearer token."
    )


def test_lines_fit_a_terminal_of_80_columns(fill: Callable[[str], Result]) -> None:
    text = render_text(fill("long words " * 900 + "x" * 300), colour=False)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("try ")]
    assert max(map(len, lines)) <= 80


def test_command_is_one_line_that_can_be_copied(bad: Result) -> None:
    command = "curl -i http://a.test; " * 50
    findings = tuple(dataclasses.replace(each, reproduction=command) for each in bad.findings)
    text = render_text(dataclasses.replace(bad, findings=findings), colour=False)
    assert text.count(f" {command}".rstrip() + "\n") == len(findings)


def test_response_of_a_target_cannot_flood_the_terminal(bad: Result) -> None:
    checks = tuple(dataclasses.replace(check, observed="x" * 10_000) for check in bad.checks)
    text = render_text(dataclasses.replace(bad, checks=checks), colour=False)
    assert len(text) < 6_000


def test_response_of_a_target_cannot_control_the_terminal(fill: Callable[[str], Result]) -> None:
    text = render_text(fill("\x1b]0;owned\x07\r\u202e\u2028"), colour=False)
    assert r"\x1b]0;owned\x07\r\u202e\u2028" in text
    assert text.replace("\n", "").isprintable()
