# DEV-ONLY: never ship to production.
"""The parts of a command that probes: its issuer, its reports and its exit code."""

import argparse
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from token_issuer.cli.output.file import OutputFile
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.settings import read_settings
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
from token_issuer.probe.runner import Probe, run_probe
from token_issuer.probe.selection import Selection
from token_issuer.server.signals import exit_on_signals
from token_issuer.severity import Severity

if TYPE_CHECKING:
    from token_issuer.testing import RunningIssuer

NEVER: Final = "never"
_WAIT_FOR_STARTED_S: Final = 60.0

PROBE_EXIT_CODES: Final = (
    "exit codes: 0 nothing found, 1 findings of at least the severity of --fail-on, 2 wrong usage\n"
    "or settings, or the probe cannot run: no issuer answers, or {}"
)

_RunProbe = Callable[[Settings], Result]


def run_command(args: argparse.Namespace, probe: _RunProbe) -> int:
    """Probe, write the reports, and return 0, 1 for findings, or 2 if the baseline failed.

    Args:
        args: The parsed command line.
        probe: Probes with the settings of the environment, and returns the result.

    Raises:
        ProbeError: wrong usage, or the probe cannot be made.
        SettingsError: one or more mistakes in the environment.
    """
    # From here on a signal raises SystemExit, so that the issuer is cleaned up in any case.
    exit_on_signals(leave=sys.exit)
    try:
        return _run(args, probe, read_settings(args))
    except TokenIssuerError as error:
        if error.exit_code == ProbeError.exit_code:
            raise
        raise ProbeError(str(error)) from error


def run_with_progress(probe: Probe, issuer: IssuerClient, selection: Selection) -> Result:
    """Run the selected checks, and show the progress on standard error."""
    with Progress(len(selection.ids)) as progress:
        return run_probe(probe, issuer.url, version("token-issuer"), progress.advance)


def choose_wait_s(args: argparse.Namespace) -> float:
    """Return how long to wait until the target works, in seconds."""
    if args.wait is not None:
        return float(args.wait)
    return 0.0 if args.issuer else _WAIT_FOR_STARTED_S


@contextmanager
def open_issuer(
    args: argparse.Namespace,
    settings: Settings,
    *,
    describe: Callable[["RunningIssuer", IssuerClient], str],
    fields: Mapping[str, object] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> Iterator[IssuerClient]:
    """Yield a client of the issuer of `--issuer`, or of one that is started.

    Args:
        args: The parsed command line.
        settings: The settings of the environment.
        describe: Describes a started issuer to the operator of the target.
        fields: Fields of `POST /token` for tokens that the target accepts.
        defaults: Settings of a started issuer that the environment may override.
    """
    if args.issuer is not None:
        client = IssuerClient(
            args.issuer, secret=settings.admin_token, fields=fields, ca_files=settings.ca_files
        )
        with client as issuer:
            yield issuer
        return
    # Imported only to start an issuer: importing Litestar would dominate the start-up.
    from token_issuer.testing import run_token_issuer  # noqa: PLC0415  # see above

    secret = settings.admin_token or secrets.token_urlsafe()
    # The issuer runs in this process, with keys in memory that rotate on demand.
    unused = {"keys_dir", "key_seed", "workers", "replicas"}
    chosen = {name: getattr(settings, name) for name in settings.explicit - unused}
    own_settings = {
        **(defaults or {}),
        **chosen,
        "port": settings.port,
        "admin_token": secret,
    }
    with (
        run_token_issuer(**own_settings) as started,
        IssuerClient(
            started.url, secret=secret, fields=fields, ca_files=started.ca_files
        ) as issuer,
    ):
        if sys.stderr is not None:
            sys.stderr.write(
                f"token-issuer (DEV ONLY, never production) listens on {started.url}; point the "
                f"target at it:\n{describe(started, issuer)}"
            )
            sys.stderr.flush()
        yield issuer


def _run(args: argparse.Namespace, probe: _RunProbe, settings: Settings) -> int:
    renderers = {"--junit": (args.junit, render_junit), "--html": (args.html, render_html)}
    with ExitStack() as stack:
        files = {
            stack.enter_context(OutputFile(option, path)): render
            for option, (path, render) in renderers.items()
            if path is not None
        }
        result = probe(settings)
        shown = result.show_from(Severity[args.severity.upper()])
        for file, render in files.items():
            file.write(render(shown))
    write_output(render_json(shown) if args.json else render_text(shown, colour=_has_colour()))
    return _conclude(result, args.fail_on)


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
