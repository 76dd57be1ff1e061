"""Command line `proxy-guard` with the actions `check`, `exec` and `explain`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from proxy_guard.env_file.parsing import merge_env_file
from proxy_guard.environment import (
    ENVIRONMENT_VARIABLES,
    NON_PRODUCTION_WORDS,
    current_environ,
)
from proxy_guard.errors import CommandError, GuardRefusedError, ProxyGuardError
from proxy_guard.findings import EXPLANATIONS
from proxy_guard.guard import check, check_or_raise
from proxy_guard.report import build_document, render_text
from proxy_guard.rules import INSPECTED_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from proxy_guard.report import Report

ALLOWED: Final = 0
REFUSED: Final = 1
MISCONFIGURED: Final = 2
_NOT_EXECUTABLE: Final = 126
_NOT_FOUND: Final = 127

_EXIT_CODES: Final = """\
exit codes:
  0    allowed
  1    refused: production would trust the dev-only token issuer or a published key
  2    wrong usage, or an env file that is unreadable, invalid or contradicts the
       environment
"""
_EXEC_EXIT_CODES: Final = """\
  126  CMD cannot be executed
  127  CMD was not found
After CMD has started, the exit code is that of CMD.
"""
_DECIDING_VARIABLES: Final = textwrap.fill(
    ", ".join(ENVIRONMENT_VARIABLES), width=76, initial_indent="  ", subsequent_indent="  "
)
_ENVIRONMENT: Final = f"""\
environment:
  {", ".join(INSPECTED_VARIABLES)}
      are checked. So are variables of relying parties, by the end of their name:
      ..._ISSUER, ..._ISSUER_URL, ..._AUTHORIZATION_ENDPOINT, ..._TOKEN_URL and
      similar; proxies and Google's metadata server: HTTPS_PROXY,
      GCE_METADATA_HOST and similar; and the files of trusted certificates and
      of keys that variables name: SSL_CERT_FILE, NODE_EXTRA_CA_CERTS,
      JAVA_TOOL_OPTIONS, GOOGLE_APPLICATION_CREDENTIALS and similar.
      All variables are searched for codes, tokens, cookies and certificates of
      the dev-only token issuer.
{_DECIDING_VARIABLES}
      decide whether this is production. It is not if at least one of them is
      set and each that is set is one of
      {", ".join(sorted(NON_PRODUCTION_WORDS))}.
      Otherwise it is production.
"""


class _Parser(argparse.ArgumentParser):
    """`ArgumentParser` that suggests the nearest option for an unknown one."""

    def parse_known_args(  # type: ignore[override]  # the namespace is always a plain one here
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse *args*, and report unknown ones with the nearest option of the action."""
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            hint = _suggest(unknown[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return parsed, unknown


class _ShowVersion(argparse.Action):
    """The option `--version`; it imports `importlib.metadata`, which is slow, only when used."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the version of the installed package or of the single file, and exit."""
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # see the class

        try:
            print(f"proxy-guard {version('proxy-guard')}")
        except PackageNotFoundError:
            parser.error("--version: only an installed package or the single file has a version")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _build_parser().parse_args(arguments)
    if options.action == "explain":
        return _explain(options.code)
    probing = {"probe": options.probe, "require_probe": options.require_probe}
    try:
        environ = _assemble_environ(options.env_file)
        if options.action == "exec":
            report = check_or_raise(environ, **probing)
            if report.needs_warning:
                print(render_text(report), file=sys.stderr, flush=True)
            _exec(options.command, environ)
        return _check(check(environ, **probing), as_json=options.json)
    except GuardRefusedError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except CommandError as error:
        print(f"proxy-guard: {error}", file=sys.stderr)
        return error.exit_code
    except ProxyGuardError as error:
        print(f"proxy-guard: {error}", file=sys.stderr)
        return MISCONFIGURED


def _assemble_environ(env_file: Path | None) -> Mapping[str, str]:
    environ = current_environ()
    return environ if env_file is None else merge_env_file(env_file, environ)


def _check(report: Report, *, as_json: bool) -> int:
    print(json.dumps(build_document(report), indent=2) if as_json else render_text(report))
    return ALLOWED if report.allowed else REFUSED


def _exec(command: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Replace this process by *command*."""
    program = command[0]
    try:
        os.execvpe(program, list(command), dict(environ))  # noqa: S606  # starting CMD is the job
    except (FileNotFoundError, ValueError) as error:  # ValueError: an empty name
        reason = "the command, or the interpreter named in its first line, was not found"
        raise CommandError(program, reason, exit_code=_NOT_FOUND) from error
    except OSError as error:
        reason = error.strerror or "it cannot be executed"
        raise CommandError(program, reason, exit_code=_NOT_EXECUTABLE) from error


def _explain(code: str | None) -> int:
    if code is None:
        width = max(map(len, EXPLANATIONS))
        for known, explanation in EXPLANATIONS.items():
            print(f"{known:{width}}  {explanation.meaning.partition('. ')[0].rstrip('.')}.")
        return ALLOWED
    if code not in EXPLANATIONS:
        hint = _suggest(code, EXPLANATIONS)
        message = f"unknown code {code!r}{hint}; expected one of {', '.join(EXPLANATIONS)}"
        print(f"proxy-guard: {message}", file=sys.stderr)
        return MISCONFIGURED
    explanation = EXPLANATIONS[code]
    remedy = explanation.remedy.format(variable="the variable")
    for paragraph in (code, explanation.meaning, f"Remedy: {remedy}"):
        print(textwrap.fill(paragraph, width=76, break_long_words=False, break_on_hyphens=False))
    return ALLOWED


def _suggest(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word[:80], known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="proxy-guard",
        description="Prevent a production proxy from trusting the dev-only token issuer.",
        epilog=f"{_EXIT_CODES}\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser(
        "check",
        help="check the configuration and print a report",
        description="Check the configuration and print a report on standard output.",
        epilog=f"{_EXIT_CODES}\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    checking.add_argument("--json", action="store_true", help="print the report as JSON")
    executing = actions.add_parser(
        "exec",
        help="start a command if the configuration is allowed",
        usage="proxy-guard exec [-h] [--no-probe | --require-probe] [--env-file FILE]\n"
        "                        -- CMD [ARG ...]",
        description="Check the configuration and, if it is allowed, replace this process by CMD.\n"
        "A report is printed on standard error if the configuration is refused, if\n"
        "production would refuse it, or if its keys could not be fetched. Keys are\n"
        "fetched in production only.",
        epilog=f"{_EXIT_CODES}{_EXEC_EXIT_CODES}\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_explain(actions)
    for action in (checking, executing):
        _add_probing(action)
    executing.add_argument("command", nargs="+", metavar="CMD", help="the command to start")
    _add_env_file(checking, "check the environment, overridden by the variables in FILE")
    _add_env_file(
        executing, "check the environment, overridden by the variables in FILE, and pass it to CMD"
    )
    return parser


def _add_explain(actions: argparse._SubParsersAction[_Parser]) -> None:
    explaining = actions.add_parser(
        "explain",
        help="explain a code of the report",
        description="Explain a code of the report and its remedy. Without CODE, list all codes.",
    )
    explaining.add_argument("code", nargs="?", metavar="CODE", help="a code of the report")


def _add_probing(action: argparse.ArgumentParser) -> None:
    probing = action.add_mutually_exclusive_group()
    probing.add_argument(
        "--no-probe",
        dest="probe",
        action="store_false",
        help="do not fetch JWT_JWKS_URI; by default its keys are checked, for at most 2 s",
    )
    probing.add_argument(
        "--require-probe",
        action="store_true",
        help="refuse if no key could be fetched; by default that is only reported",
    )


def _add_env_file(action: argparse.ArgumentParser, purpose: str) -> None:
    condition = "the two must agree on each variable listed below that both set"
    action.add_argument("--env-file", type=Path, metavar="FILE", help=f"{purpose}; {condition}")
