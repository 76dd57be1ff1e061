# DEV-ONLY: never ship to production.
"""`token-issuer probe`."""

import argparse
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from token_issuer.cli.commands.probe_options import add_probe_options
from token_issuer.cli.options import ENVIRONMENT_NOTE, add_env_file
from token_issuer.cli.parser import Parser
from token_issuer.cli.probing import (
    PROBE_EXIT_CODES,
    choose_wait_s,
    open_issuer,
    run_command,
    run_with_progress,
)
from token_issuer.cli.token_fields import collect_fields
from token_issuer.config.settings import Settings
from token_issuer.errors import ProbeError
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.results import Result
from token_issuer.probe.selection import select
from token_issuer.probe.target.allowed_hosts import check_target
from token_issuer.probe.target.client import Target
from token_issuer.probe.target.presentation import Presentation
from token_issuer.probe.target.rate_limit import RateLimiter
from token_issuer.probe.target.statuses import DEFAULT_ACCEPTED, DEFAULT_REFUSED, Statuses
from token_issuer.probe.target.tls import TlsOptions
from token_issuer.probe.timing import REAL_TIME, Timing
from token_issuer.probe.verifier import NAMES, VerifierProbe

if TYPE_CHECKING:
    from token_issuer.testing import RunningIssuer

_EXIT_CODES: Final = PROBE_EXIT_CODES.format("the target rejects a valid token\nor requires none")
_EXAMPLES: Final = """\
examples:
  token-issuer probe http://localhost:8080/orders
      starts an issuer, prints its JWKS URL, and waits until the proxy accepts its tokens
  token-issuer probe http://localhost:8080/orders --issuer http://localhost:8081
      uses a running issuer that the proxy already trusts
  token-issuer probe http://localhost:8080/ --issuer http://localhost:8081 --aud my-api --sub alice
  token-issuer probe http://localhost:8080/ --only signature,algorithm --skip hs256-empty
  token-issuer probe https://qa.example/ --allow-host qa.example --ca-file ca.pem
  token-issuer probe http://localhost:8080/ --header X-Api-Token --no-scheme
  token-issuer probe http://localhost:8080/ --junit probe.xml --html probe.html --fail-on high"""


def add_options(parser: Parser) -> None:
    """Add the options of `probe`."""
    parser.epilog = f"{_EXAMPLES}\n\n{_EXIT_CODES}\n\n{ENVIRONMENT_NOTE}"
    add_env_file(parser)
    add_probe_options(parser)


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
    target = _build_target(args, timing)
    selection = select(args.only, args.skip, NAMES)
    fields = collect_fields(args)
    with open_issuer(args, settings, describe=_describe_issuer, fields=fields) as issuer:
        probe = VerifierProbe(target, issuer, selection, choose_wait_s(args))
        return run_with_progress(probe, issuer, selection)


def _describe_issuer(started: "RunningIssuer", issuer: IssuerClient) -> str:
    claims = issuer.mint().claims
    return (
        f"  JWKS URL  {started.jwks_uri}\n  iss       {claims.get('iss')}\n"
        f"  aud       {claims.get('aud')}\n"
    )


def _build_target(args: argparse.Namespace, timing: Timing) -> Target:
    url = check_target(args.target, args.allow_host)
    if args.cookie and args.no_scheme:
        message = "--no-scheme: a token in a cookie has no scheme anyway; leave the option out"
        raise ProbeError(message)
    return Target(
        url,
        presentation=Presentation(args.header, not args.no_scheme, args.cookie or ""),
        statuses=_build_statuses(args),
        timeout_s=args.timeout,
        tls=_build_tls(args, url),
        rate_limiter=RateLimiter(args.rate, timing=timing),
    )


def _build_statuses(args: argparse.Namespace) -> Statuses:
    """Return both lists; a status given in one is taken out of the default of the other."""
    accepted = args.accept_status or DEFAULT_ACCEPTED - (args.refuse_status or frozenset())
    refused = args.refuse_status or DEFAULT_REFUSED - accepted
    if accepted & refused:
        both = ", ".join(str(status) for status in sorted(accepted & refused))
        message = f"--accept-status, --refuse-status: {both} cannot be in both lists"
        raise ProbeError(message)
    return Statuses(accepted, refused)


def _build_tls(args: argparse.Namespace, url: str) -> object:
    given = {
        "--ca-file": args.ca_file,
        "--insecure": args.insecure,
        "--client-cert": args.client_cert,
    }
    if urlsplit(url).scheme == "https":
        return TlsOptions(args.ca_file, not args.insecure, args.client_cert).build_context()
    for option, value in given.items():
        if value:
            message = f"{option}: TARGET is an http URL; leave the option out, or use an https URL"
            raise ProbeError(message)
    return None
