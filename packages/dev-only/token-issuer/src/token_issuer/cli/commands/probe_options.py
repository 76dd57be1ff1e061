# DEV-ONLY: never ship to production.
"""The options of `token-issuer probe`."""

import re
from typing import Any, Final

from token_issuer.cli.options import add_override
from token_issuer.cli.parser import Parser, explain_with, parse_filled, parse_path
from token_issuer.cli.probing import NEVER
from token_issuer.cli.token_fields import add_claims
from token_issuer.config.declaration import PREFIX
from token_issuer.probe.target.rate_limit import (
    DEFAULT_RATE_PER_S,
    DEFAULT_TIMEOUT_S,
    MAX_RATE_PER_S,
    MAX_REQUESTS,
)
from token_issuer.probe.target.statuses import parse_statuses
from token_issuer.remote_issuer import parse_issuer_url
from token_issuer.severity import Severity
from token_issuer.timing.durations import parse_duration

SEVERITIES: Final = tuple(severity.word for severity in Severity)
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_TAKEN_HEADERS: Final = frozenset({
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "cookie",
})
_MIN_RATE: Final = 0.1
_MAX_DURATION_S: Final = 600.0


def add_probe_options(parser: Parser) -> None:
    """Add TARGET and the options, in the groups of the help."""
    parser.add_argument(
        "target",
        type=parse_filled,
        metavar="TARGET",
        help="URL on this machine that requires a bearer token; the probe sends at most "
        f"{MAX_REQUESTS} GET requests",
    )
    parser.add_argument(
        "--allow-host",
        type=parse_filled,
        metavar="HOST",
        help="allow a TARGET on this host, which is another machine; a probe may crash it",
    )
    add_issuer(parser.add_argument_group("the issuer that the target trusts"), "a valid token")
    _add_good_token(parser.add_argument_group("a token that the target accepts"))
    _add_request(parser.add_argument_group("requests"))
    _add_tls(parser.add_argument_group("https targets"))
    add_report(parser.add_argument_group("checks and reports"), "baseline, tokens, keys")


def add_issuer(group: Any, accepted: str) -> None:
    """Add the options for the issuer; the target must accept *accepted* before a probe begins."""
    group.add_argument(
        "--issuer",
        type=explain_with(parse_issuer_url),
        metavar="URL",
        help="URL of a running issuer; the probe rotates its keys and sets faults "
        f"[secret: {PREFIX}ADMIN_TOKEN] (default: the probe starts an issuer)",
    )
    add_override(group, "host", "address of the issuer that the probe starts")
    add_override(
        group, "port", "port of the issuer that the probe starts, 0 for any free one (default 8081)"
    )
    group.add_argument(
        "--wait",
        type=explain_with(_parse_seconds),
        metavar="DURATION",
        help=f"how long to wait until the target accepts {accepted} (default: 60s if the probe "
        "starts the issuer, otherwise 0s)",
    )


def _add_good_token(group: Any) -> None:
    for name, description in (("iss", "issuer: the iss claim"), ("sub", "subject: the sub claim")):
        group.add_argument(
            f"--{name}",
            dest=f"field_{name}",
            type=parse_filled,
            metavar=name.upper(),
            help=description,
        )
    add_claims(group)


def _add_request(group: Any) -> None:
    place = group.add_mutually_exclusive_group()
    place.add_argument(
        "--header",
        type=explain_with(_parse_header),
        default="Authorization",
        metavar="NAME",
        help="header field that carries the token (default Authorization)",
    )
    place.add_argument(
        "--cookie",
        type=explain_with(_parse_name),
        metavar="NAME",
        help="cookie that carries the token; defects that a cookie cannot carry are skipped",
    )
    group.add_argument(
        "--no-scheme", action="store_true", help="send the token without 'Bearer ' before it"
    )
    for option, meaning in (
        ("--accept-status", "accepts a token, such as 200,302 (default 200-299)"),
        (
            "--refuse-status",
            "rejects a token, such as 302,400-403 (default 400-499 except 404, 429)",
        ),
    ):
        group.add_argument(
            option,
            type=explain_with(parse_statuses),
            metavar="LIST",
            help=f"statuses by which the target {meaning}; other statuses are not judged, and 5xx "
            "is a crash",
        )
    group.add_argument(
        "--timeout",
        type=explain_with(parse_timeout),
        default=DEFAULT_TIMEOUT_S,
        metavar="DURATION",
        help="how long to wait for a response before the target is considered hung (default "
        f"{DEFAULT_TIMEOUT_S:g}s)",
    )
    add_rate(group)


def _add_tls(group: Any) -> None:
    group.add_argument(
        "--ca-file",
        type=parse_path,
        metavar="FILE",
        help="PEM file of certificates to trust (default: those of this machine)",
    )
    group.add_argument(
        "--insecure", action="store_true", help="accept any certificate of the target"
    )
    group.add_argument(
        "--client-cert",
        type=parse_path,
        metavar="FILE",
        help="PEM file of the client certificate and its key",
    )


def add_rate(group: Any) -> None:
    """Add the option for the rate of requests."""
    group.add_argument(
        "--rate",
        type=explain_with(_parse_rate),
        default=DEFAULT_RATE_PER_S,
        metavar="NUMBER",
        help=f"requests per second, at most {MAX_RATE_PER_S:g} (default {DEFAULT_RATE_PER_S:g})",
    )


def add_report(group: Any, parts: str) -> None:
    """Add the options that select checks, of these *parts*, and write reports."""
    for option, effect in (("--only", "run only these checks"), ("--skip", "skip these checks")):
        group.add_argument(
            option,
            action="append",
            default=[],
            type=parse_filled,
            metavar="LIST",
            help=f"{effect}: {parts}, groups or ids, comma-separated; repeatable",
        )
    group.add_argument("--json", action="store_true", help="print the report as JSON")
    group.add_argument(
        "--junit", type=parse_path, metavar="FILE", help="also write the report as JUnit XML"
    )
    group.add_argument(
        "--html", type=parse_path, metavar="FILE", help="also write the report as an HTML page"
    )
    group.add_argument(
        "--severity",
        choices=SEVERITIES,
        default=SEVERITIES[0],
        metavar="SEVERITY",
        help="lowest severity of the findings in the reports: "
        f"{', '.join(SEVERITIES)} (default {SEVERITIES[0]})",
    )
    group.add_argument(
        "--fail-on",
        choices=(*SEVERITIES, NEVER),
        default=SEVERITIES[0],
        metavar="SEVERITY",
        help="lowest severity of a finding that makes the exit code 1: "
        f"{', '.join(SEVERITIES)}, or {NEVER} (default {SEVERITIES[0]})",
    )


def _parse_seconds(text: str) -> float:
    seconds = parse_duration(text).total_seconds()
    if not 0 <= seconds <= _MAX_DURATION_S:
        message = f"expected 0s to 10m, got {text[:40]!r}"
        raise ValueError(message)
    return seconds


def parse_timeout(text: str) -> float:
    """Parse the time limit of a response, in seconds.

    Raises:
        ValueError: not a duration from 1 ms to 10 min.
    """
    seconds = _parse_seconds(text)
    if not seconds:
        message = f"expected 1s to 10m, got {text[:40]!r}"
        raise ValueError(message)
    return seconds


def _parse_rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not _MIN_RATE <= rate <= MAX_RATE_PER_S:
        message = f"expected a number from {_MIN_RATE:g} to {MAX_RATE_PER_S:g}, got {text[:40]!r}"
        raise ValueError(message)
    return rate


def _parse_name(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        message = f"expected a name such as X-Api-Token, got {text[:40]!r}"
        raise ValueError(message)
    return text


def _parse_header(text: str) -> str:
    if text.lower() in _TAKEN_HEADERS:
        message = f"{text} cannot carry a token; for a cookie use --cookie"
        raise ValueError(message)
    return _parse_name(text)
