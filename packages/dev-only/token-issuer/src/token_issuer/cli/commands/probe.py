# DEV-ONLY: never ship to production.
"""`token-issuer probe`."""

import argparse
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from token_issuer.cli.commands.probe_options import NEVER, add_probe_options
from token_issuer.cli.options import ENVIRONMENT_NOTE, add_env_file
from token_issuer.cli.output.file import OutputFile
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser
from token_issuer.cli.settings import read_settings
from token_issuer.cli.token_fields import collect_fields
from token_issuer.config.environment import read_environment
from token_issuer.config.settings import Settings
from token_issuer.errors import ProbeError, TokenIssuerError
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.report.document import render_json
from token_issuer.probe.report.junit import render_junit
from token_issuer.probe.report.page import render_html
from token_issuer.probe.report.progress import Progress
from token_issuer.probe.report.text import render_text
from token_issuer.probe.results import Result
from token_issuer.probe.runner import Probe
from token_issuer.probe.selection import Selection, select
from token_issuer.probe.target.allowed_hosts import check_target
from token_issuer.probe.target.client import Target
from token_issuer.probe.target.presentation import Presentation
from token_issuer.probe.target.rate_limit import RateLimiter
from token_issuer.probe.target.statuses import DEFAULT_ACCEPTED, DEFAULT_REFUSED, Statuses
from token_issuer.probe.target.tls import TlsOptions
from token_issuer.probe.timing import REAL_TIME, Timing
from token_issuer.server.signals import exit_on_signals
from token_issuer.severity import Severity

if TYPE_CHECKING:
    from token_issuer.testing import RunningIssuer

_WAIT_FOR_STARTED_S: Final = 60.0
_EXIT_CODES: Final = (
    "exit codes: 0 nothing found, 1 findings of at least the severity of --fail-on, 2 wrong usage\n"
    "or settings, or the probe cannot run: no issuer answers, or the target rejects a valid token\n"
    "or requires none"
)
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
    # From here on a signal raises SystemExit, so that the faults are reset in any case.
    exit_on_signals(leave=sys.exit)
    try:
        return _run(args, read_settings(args), timing)
    except TokenIssuerError as error:
        if error.exit_code == ProbeError.exit_code:
            raise
        raise ProbeError(str(error)) from error


def _run(args: argparse.Namespace, settings: Settings, timing: Timing) -> int:
    target = _build_target(args, timing)
    selection = select(args.only, args.skip)
    fields = collect_fields(args)
    renderers = {"--junit": (args.junit, render_junit), "--html": (args.html, render_html)}
    with ExitStack() as stack:
        files = {
            stack.enter_context(OutputFile(option, path)): render
            for option, (path, render) in renderers.items()
            if path is not None
        }
        with _open_issuer(args, settings, fields) as issuer:
            result = _probe(args, target, issuer, selection)
        for file, render in files.items():
            file.write(render(result))
    write_output(render_json(result) if args.json else render_text(result, colour=_has_colour()))
    return _conclude(result, args.fail_on)


def _probe(
    args: argparse.Namespace, target: Target, issuer: IssuerClient, selection: Selection
) -> Result:
    wait_s = args.wait
    if wait_s is None:
        wait_s = 0.0 if args.issuer else _WAIT_FOR_STARTED_S
    probe = Probe(target, issuer, selection, wait_s, version("token-issuer"))
    with Progress(len(selection.ids)) as progress:
        return probe.run(progress.advance)


@contextmanager
def _open_issuer(
    args: argparse.Namespace, settings: Settings, fields: Mapping[str, object]
) -> Iterator[IssuerClient]:
    """Yield a client of the issuer of `--issuer`, or of one that is started."""
    if args.issuer is not None:
        client = IssuerClient(
            args.issuer, secret=settings.admin_token, fields=fields, ca_files=settings.ca_files
        )
        with client as issuer:
            yield issuer
        return
    # Imported only to start an issuer: importing Litestar would dominate the start-up.
    from token_issuer.testing import run_token_issuer  # noqa: PLC0415

    secret = settings.admin_token or secrets.token_urlsafe()
    unused = {"keys_dir", "workers"}  # the issuer runs in this process, with keys in memory
    chosen = {name: getattr(settings, name) for name in settings.explicit - unused}
    own_settings = {**chosen, "port": settings.port, "admin_token": secret}
    with (
        run_token_issuer(**own_settings) as started,
        IssuerClient(
            started.url, secret=secret, fields=fields, ca_files=started.ca_files
        ) as issuer,
    ):
        _print_issuer(started, issuer)
        yield issuer


def _print_issuer(started: "RunningIssuer", issuer: IssuerClient) -> None:
    claims = issuer.mint().claims
    text = (
        f"token-issuer (DEV ONLY, never production) listens on {started.url}; point the target at "
        f"it:\n  JWKS URL  {started.jwks_uri}\n  iss       {claims.get('iss')}\n"
        f"  aud       {claims.get('aud')}\n"
    )
    if sys.stderr is not None:
        sys.stderr.write(text)
        sys.stderr.flush()


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


def _has_colour() -> bool:
    return (
        sys.stdout is not None and sys.stdout.isatty() and "NO_COLOR" not in read_environment()[0]
    )


def _conclude(result: Result, fail_on: str) -> int:
    if result.stopped:
        return ProbeError.exit_code
    if fail_on == NEVER:
        return 0
    least = Severity[fail_on.upper()]
    return int(any(finding.severity >= least for finding in result.findings))
