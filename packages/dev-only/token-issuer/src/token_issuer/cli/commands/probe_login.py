# DEV-ONLY: never ship to production.
"""`token-issuer probe-login`."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from token_issuer.browser.logins import IssuerPages
from token_issuer.cli.commands.probe_login_options import add_login_options
from token_issuer.cli.options import ENVIRONMENT_NOTE, add_env_file
from token_issuer.cli.parser import Parser
from token_issuer.cli.probing import (
    PROBE_EXIT_CODES,
    choose_wait_s,
    open_issuer,
    run_command,
    run_with_progress,
)
from token_issuer.config.environment import read_environment
from token_issuer.config.host_names import is_loopback_name
from token_issuer.config.settings import Settings
from token_issuer.errors import ProbeError
from token_issuer.paths import OPENID_DISCOVERY_PATH
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.logins.attempts import RelyingParty
from token_issuer.probe.logins.driver import Driver, PageDriver, Route
from token_issuer.probe.logins.login_probe import NAMES, LoginProbe
from token_issuer.probe.logins.plans import LoginPlans
from token_issuer.probe.results import Result
from token_issuer.probe.selection import select
from token_issuer.probe.target.allowed_hosts import check_target
from token_issuer.probe.target.rate_limit import RateLimiter
from token_issuer.probe.timing import REAL_TIME, Timing

if TYPE_CHECKING:
    from token_issuer.testing import RunningIssuer

_EXIT_CODES: Final = PROBE_EXIT_CODES.format(
    "a good login fails, or\nthe page of --logged-in is open to all"
)
_EXAMPLES: Final = """\
examples:
  token-issuer probe-login http://localhost:3000/login --logged-in http://localhost:3000/me \\
    --issuer http://localhost:8081
      uses a running issuer that the application already trusts
  token-issuer probe-login http://localhost:3000/login --logged-in http://localhost:3000/me
      starts an issuer, prints its URL, and waits until a login succeeds
  token-issuer probe-login http://localhost:3000/login --logged-in http://localhost:3000/ \\
    --logged-in-text 'Log out'
  token-issuer probe-login http://localhost:5173/ --logged-in http://localhost:5173/ \\
    --logged-in-text Alice --browser
  token-issuer probe-login http://localhost:3000/login --logged-in http://localhost:3000/me \\
    --junit probe.xml --html probe.html --fail-on medium"""


def add_options(parser: Parser) -> None:
    """Add the options of `probe-login`."""
    parser.epilog = f"{_EXAMPLES}\n\n{_EXIT_CODES}\n\n{ENVIRONMENT_NOTE}"
    add_env_file(parser)
    add_login_options(parser)


def run(args: argparse.Namespace, timing: Timing = REAL_TIME) -> int:
    """Probe, write the reports, and return 0, 1 for findings, or 2 if the baseline failed.

    Args:
        args: The parsed command line.
        timing: Clock and sleep of the probe.

    Raises:
        ProbeError: wrong usage, or the probe cannot be made.
        SettingsError: one or more mistakes in the environment.
    """
    return run_command(args, partial(_probe, args, timing))


def _probe(args: argparse.Namespace, timing: Timing, settings: Settings) -> Result:
    login_url = check_target(args.target, args.allow_host)
    if args.logged_in is None:
        message = (
            "--logged-in: missing; name a page that only a user sees who is logged in, such as "
            "--logged-in http://localhost:3000/me"
        )
        raise ProbeError(message)
    page_url = check_target(args.logged_in, args.allow_host, "--logged-in")
    selection = select(args.only, args.skip, NAMES)
    defaults = {"issuer": "self"}
    with (
        open_issuer(args, settings, describe=_describe_issuer, defaults=defaults) as issuer,
        LoginPlans(issuer, args.user) as plans,
        _open_driver(args, issuer, plans, timing) as driver,
    ):
        party = RelyingParty(
            login_url=login_url,
            page_url=page_url,
            page_text=args.logged_in_text or "",
            driver=driver,
            plans=plans,
            timing=timing,
        )
        probe = LoginProbe(party, issuer, selection, choose_wait_s(args))
        return run_with_progress(probe, issuer, selection)


@contextmanager
def _open_driver(
    args: argparse.Namespace, issuer: IssuerClient, plans: LoginPlans, timing: Timing
) -> Iterator[Driver]:
    document = issuer.fetch(OPENID_DISCOVERY_PATH)
    route = Route(
        issuer_pages=IssuerPages(_list_issuer_urls(issuer.url, document)),
        may_log_in=lambda: not plans.is_used(),
        may_visit=_build_host_check(args.allow_host),
        rate_limiter=RateLimiter(args.rate, timing=timing),
        timeout_s=args.timeout,
        ca_files=[args.ca_file] if args.ca_file is not None else [],
    )
    if args.browser is None:
        yield PageDriver(route)
        return
    if args.ca_file is not None:
        message = "--ca-file: Chromium reads no such file; let this machine trust the certificates"
        raise ProbeError(message)
    # Imported only for --browser, which few need.
    from token_issuer.probe.logins.chromium import ChromiumDriver  # noqa: PLC0415  # for --browser
    from token_issuer.probe.logins.devtools import DevTools, find_chromium  # noqa: PLC0415  # for --browser

    with DevTools(find_chromium(args.browser), read_environment()[0]) as devtools:
        yield ChromiumDriver(route, devtools)


def _list_issuer_urls(url: str, document: dict[str, Any]) -> list[str]:
    """Return the base URLs by which the browser may reach the issuer."""
    endpoint = str(document["authorization_endpoint"])
    return [url, endpoint.rpartition("/")[0], str(document["issuer"])]


def _build_host_check(allowed_host: str | None) -> Callable[[str], bool]:
    allowed = (allowed_host or "").strip("[]").lower()
    return lambda host: is_loopback_name(host) or (bool(allowed) and host == allowed)


def _describe_issuer(started: "RunningIssuer", issuer: IssuerClient) -> str:
    document = issuer.fetch(OPENID_DISCOVERY_PATH)
    return (
        f"  issuer     {document['issuer']}\n  discovery  {started.url}{OPENID_DISCOVERY_PATH}\n"
        "  client     any client ID and secret\n"
    )
