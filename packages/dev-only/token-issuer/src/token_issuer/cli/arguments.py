# DEV-ONLY: never ship to production.
"""The command line as a whole.

Who names a command gets the options of that one alone: to build all of them, which only the help
and a wrong name ask for, is a part of the start that can be felt.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from token_issuer.cli.options.core import (
    add_health,
    add_keys,
    add_make_keys,
    add_make_token,
    add_serve,
)
from token_issuer.cli.options.parser import ENVIRONMENT, EXIT_CODES, Parser, ShowVersion
from token_issuer.config.settings import SETTINGS

_DESCRIPTION: Final = (
    "DEV ONLY: an OAuth token issuer for Docker and QA stacks. Production recognises it and "
    "refuses it. Without a command it serves."
)


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; `serve` is the default command."""
    if not argv or (argv[0].startswith("-") and argv[0] not in {"-h", "--help", "--version"}):
        argv = ["serve", *argv]
    return build_parser(argv[0]).parse_args(_join_expiry(argv))


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Build the parser with the subcommand *command*, or with all where none has this name."""
    parser = Parser(
        prog="token-issuer",
        description=_DESCRIPTION,
        epilog=f"{EXIT_CODES}\n\n{ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action=ShowVersion, nargs=0, help="show program's version number and exit"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, add in _COMMANDS.items():
        if command not in _COMMANDS or name == command:
            add(commands)
    return parser


def _add_defects(commands: Any) -> None:
    from token_issuer.cli.options.defects import add_defects  # noqa: PLC0415  # see the module

    add_defects(commands)


def _add_probe(commands: Any) -> None:
    from token_issuer.cli.options.probe import add_probe  # noqa: PLC0415  # see the module

    add_probe(commands)


_COMMANDS: Mapping[str, Callable[[Any], None]] = {
    "serve": add_serve,
    "make-keys": add_make_keys,
    "make-token": add_make_token,
    "keys": add_keys,
    "defects": _add_defects,
    "probe": _add_probe,
    "health": add_health,
}


def collect_overrides(args: argparse.Namespace) -> dict[str, str]:
    """Return the values of options that set a setting, by the names of its variables."""
    return {
        setting.variable: value
        for setting in SETTINGS
        if (value := getattr(args, f"override_{setting.name}", None)) is not None
    }


def _join_expiry(argv: Sequence[str]) -> list[str]:
    """Join `--exp -5m` to `--exp=-5m`, or argparse takes the duration for an option."""
    joined: list[str] = []
    for argument in argv:
        if joined and joined[-1] == "--exp":
            joined[-1] = f"--exp={argument}"
        else:
            joined.append(argument)
    return joined
