"""Command line: `proxy-guard check` and `proxy-guard exec`, for proxies in any language."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from proxy_guard.envfile import merge_env_file
from proxy_guard.environment import (
    ENVIRONMENT_VARIABLES,
    NON_PRODUCTION_WORDS,
    current_environ,
)
from proxy_guard.errors import CommandError, GuardRefusedError, ProxyGuardError
from proxy_guard.guard import check
from proxy_guard.report import build_document, render_text
from proxy_guard.rules import INSPECTED_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALLOWED: Final = 0
REFUSED: Final = 1
MISCONFIGURED: Final = 2
_NOT_EXECUTABLE: Final = 126
_NOT_FOUND: Final = 127

_EXIT_CODES: Final = """\
exit codes:
  0    allowed
  1    refused: production is configured against the dev-only token issuer
  2    wrong usage, or an env file that cannot be read, understood or reconciled
"""
_EXEC_EXIT_CODES: Final = """\
  126  CMD cannot be executed
  127  CMD was not found
Once CMD runs, the exit code is its own.
"""
_DECIDING_VARIABLES: Final = textwrap.fill(
    ", ".join(ENVIRONMENT_VARIABLES), width=76, initial_indent="  ", subsequent_indent="  "
)
_ENVIRONMENT: Final = f"""\
environment:
  {", ".join(INSPECTED_VARIABLES)}
      are inspected.
{_DECIDING_VARIABLES}
      tell whether this is production. It is, unless they say only
      {", ".join(sorted(NON_PRODUCTION_WORDS))};
      one that says anything else wins, and none set means production.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _build_parser().parse_args(arguments)
    try:
        environ = _assemble_environ(options.env_file)
        if options.action == "exec":
            _exec(options.command, environ)
        return _check(environ, as_json=options.json)
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


def _check(environ: Mapping[str, str], *, as_json: bool) -> int:
    report = check(environ)
    print(json.dumps(build_document(report), indent=2) if as_json else render_text(report))
    return ALLOWED if report.allowed else REFUSED


def _exec(command: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Become *command* if the guard allows it."""
    report = check(environ)
    if not report.allowed:
        raise GuardRefusedError(report.findings, render_text(report))
    if report.findings:
        print(render_text(report), file=sys.stderr, flush=True)
    program = command[0]
    try:
        os.execvpe(program, list(command), dict(environ))  # noqa: S606  # starting CMD is the job
    except (FileNotFoundError, ValueError) as error:  # ValueError: an empty name
        reason = "it was not found, or the interpreter that its first line names was not"
        raise CommandError(program, reason, exit_code=_NOT_FOUND) from error
    except OSError as error:
        reason = error.strerror or "it cannot be executed"
        raise CommandError(program, reason, exit_code=_NOT_EXECUTABLE) from error


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="proxy-guard",
        description="Keep a production proxy from trusting the dev-only token issuer.",
        epilog=f"{_EXIT_CODES}\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser(
        "check",
        help="judge the configuration and print a report",
        description="Judge the configuration and print a report on standard output.",
        epilog=f"{_EXIT_CODES}\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    checking.add_argument("--json", action="store_true", help="print the report as JSON")
    executing = actions.add_parser(
        "exec",
        help="start a command if the configuration is allowed",
        usage="proxy-guard exec [-h] [--env-file FILE] -- CMD [ARG ...]",
        description="Judge the configuration; if it is allowed, become CMD. Prints nothing then,\n"
        "unless production would refuse the same configuration.",
        epilog=f"{_EXIT_CODES}{_EXEC_EXIT_CODES}\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    executing.add_argument("command", nargs="+", metavar="CMD", help="the command to start")
    _add_env_file(checking, "judge the environment with the variables of FILE on top")
    _add_env_file(executing, "judge and pass on the environment with the variables of FILE on top")
    return parser


def _add_env_file(action: argparse.ArgumentParser, purpose: str) -> None:
    condition = "where the verdict depends on one, FILE and the environment must not contradict"
    action.add_argument("--env-file", type=Path, metavar="FILE", help=f"{purpose}; {condition}")
