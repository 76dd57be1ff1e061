# DEV-ONLY: never ship to production.
"""The command line as a whole."""

import argparse
from collections.abc import Sequence

from token_issuer.cli.commands import add_health, add_keys, add_make_keys, add_make_token, add_serve
from token_issuer.cli.defects_options import add_defects
from token_issuer.cli.parser import ENVIRONMENT, EXIT_CODES, Parser, ShowVersion
from token_issuer.cli.probe_options import add_probe
from token_issuer.variables import VARIABLES

_DESCRIPTION = (
    "DEV ONLY: an OAuth token issuer for Docker and QA stacks. Production recognises it and "
    "refuses it. Without a command it serves."
)


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; `serve` is the default command."""
    if not argv or (argv[0].startswith("-") and argv[0] not in {"-h", "--help", "--version"}):
        argv = ["serve", *argv]
    return build_parser().parse_args(_join_expiry(argv))


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with all subcommands."""
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
    add_serve(commands)
    add_make_keys(commands)
    add_make_token(commands)
    add_keys(commands)
    add_defects(commands)
    add_probe(commands)
    add_health(commands)
    return parser


def collect_overrides(args: argparse.Namespace) -> dict[str, str]:
    """Return the options that stand for environment variables, under the variables' names."""
    return {
        variable.name: value
        for variable in VARIABLES
        if (value := getattr(args, f"override_{variable.field}", None)) is not None
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
