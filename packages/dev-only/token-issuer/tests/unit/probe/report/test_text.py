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
11 checks: 2 passed, 6 failed, 1 open, 2 skipped
target   http://127.0.0.1:8080/api
issuer   http://127.0.0.1:8081
took     41.2 s

CRITICAL algorithms: 3 tokens, 2 accepted, 1 made it crash
         change  Name the algorithms that your issuer uses, and take no other
                 from the header.
         - It takes alg-none wrongly.
           alg-none: accepted with 200
         - It takes alg-none-upper wrongly.
           alg-none-upper: accepted with 200
         why     Anybody writes a token for any user; no key is needed.
         source  RFC 8725 §3.1, CVE-2015-9235

         - It takes alg-hs256 wrongly.
           alg-hs256: crashed with 500
         why     The key is public.
         source  RFC 8725 §3.1, CVE-2015-9235

HIGH     aud: 2 tokens accepted
         change  Name this service's own audience, and require the claim aud.
         - It takes aud-wrong wrongly.
           aud-wrong: accepted with 200
         why     It was made for another service.
         source  RFC 8725 §3.1, CVE-2015-9235

         - (medium) It takes aud-missing wrongly.
           aud-missing: accepted with 200
         why     It was made for nobody.
         source  RFC 8725 §3.1, CVE-2015-9235

MEDIUM   It takes keys-burst wrongly.
         change  Fetch at most once in 30 s.
         seen    keys-burst: the keys were fetched 200 times in 1.1 s
         why     Lock-out.
         source  RFC 8725 §3.1, CVE-2015-9235

            passed   failed     open  skipped
baseline         1        0        0        0
tokens           1        5        1        0
keys             0        1        0        2
open     typ-wrong: accepted with 200
skipped  keys-max-age, keys-weak: the probe was given no admin secret
"""


def test_text_says_the_verdict_first_and_what_to_change(bad: Result) -> None:
    assert render_text(bad, colour=False) == GOLDEN


def test_colour_adds_nothing_but_colour(bad: Result) -> None:
    painted = render_text(bad, colour=True)
    assert painted.startswith("\x1b[1;31m6 findings, the worst is critical\x1b[0m\n")
    assert re.sub(r"\x1b\[[0-9;]+m", "", painted) == GOLDEN


def test_clean_result_is_short(clean: Result) -> None:
    assert render_text(clean, colour=False).splitlines()[:2] == [
        "Nothing found",
        "2 checks: 2 passed",
    ]
    assert "\x1b[1;32mNothing found" in render_text(clean, colour=True)


def test_stopped_probe_says_why_and_what_to_do(stopped: Result) -> None:
    first, second, *_ = render_text(stopped, colour=False).splitlines()
    assert f"{first} {second}" == (
        "The probe stopped: no token is needed there. Name a URL that needs a bearer token."
    )


def test_lines_fit_a_terminal_of_80_columns(fill: Callable[[str], Result]) -> None:
    text = render_text(fill("long words " * 900 + "x" * 300), colour=False)
    assert max(map(len, text.splitlines())) <= 80


def test_response_of_a_target_cannot_flood_the_terminal(bad: Result) -> None:
    checks = tuple(dataclasses.replace(check, observed="x" * 10_000) for check in bad.checks)
    text = render_text(dataclasses.replace(bad, checks=checks), colour=False)
    assert len(text) < 6_000


def test_response_of_a_target_cannot_control_the_terminal(fill: Callable[[str], Result]) -> None:
    text = render_text(fill("\x1b]0;owned\x07\r\u202e\u2028"), colour=False)
    assert r"\x1b]0;owned\x07\r\u202e\u2028" in text
    assert text.replace("\n", "").isprintable()
