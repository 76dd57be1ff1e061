# DEV-ONLY: never ship to production.
"""The options of `token-issuer probe-login`."""

from typing import Final

from token_issuer.cli.commands.probe_options import (
    add_issuer,
    add_rate,
    add_report,
    parse_timeout,
)
from token_issuer.cli.parser import Parser, explain_with, parse_filled, parse_path
from token_issuer.probe.target.rate_limit import MAX_REQUESTS

_DEFAULT_TIMEOUT_S: Final = 10.0  # a login may wait for a fetch of keys, which may take 5 s


def add_login_options(parser: Parser) -> None:
    """Add TARGET and the options, in the groups of the help."""
    parser.add_argument(
        "target",
        type=parse_filled,
        metavar="TARGET",
        help="URL on this machine at which the application starts a login, or shows a page with "
        f"the form that does; the probe sends at most {MAX_REQUESTS} requests",
    )
    parser.add_argument(
        "--logged-in",
        type=parse_filled,
        metavar="URL",
        help="page of the application that only a user sees who is logged in; required",
    )
    parser.add_argument(
        "--logged-in-text",
        type=parse_filled,
        metavar="TEXT",
        help="text that only a user who is logged in sees on that page (default: a status or URL "
        "suffices that others do not get)",
    )
    parser.add_argument(
        "--browser",
        nargs="?",
        const="",
        metavar="PATH",
        help="visit the application with Chromium, if its pages need script (default PATH: the "
        "Chromium or Chrome of this machine)",
    )
    parser.add_argument(
        "--user",
        type=parse_filled,
        metavar="NAME",
        help="user of the issuer who logs in (default: its first one)",
    )
    parser.add_argument(
        "--allow-host",
        type=parse_filled,
        metavar="HOST",
        help="allow URLs on this host, which is another machine; a probe may crash it",
    )
    add_issuer(parser.add_argument_group("the issuer that the application trusts"), "a good login")
    group = parser.add_argument_group("requests")
    group.add_argument(
        "--timeout",
        type=explain_with(parse_timeout),
        default=_DEFAULT_TIMEOUT_S,
        metavar="DURATION",
        help="how long a login may take before the application is considered hung (default "
        f"{_DEFAULT_TIMEOUT_S:g}s)",
    )
    add_rate(group)
    group.add_argument(
        "--ca-file",
        type=parse_path,
        metavar="FILE",
        help="PEM file of certificates to trust besides those of this machine",
    )
    add_report(
        parser.add_argument_group("checks and reports"), "baseline, request, logins, tokens, keys"
    )
