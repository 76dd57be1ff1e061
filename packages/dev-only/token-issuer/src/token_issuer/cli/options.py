# DEV-ONLY: never ship to production.
"""Options and sections of the help that several commands share."""

import argparse
from typing import Any, Final

from token_issuer.cli.parser import Parser, explain_with, parse_filled, parse_path
from token_issuer.config.variables import PREFIX, VARIABLES

EXIT_CODES: Final = "exit codes: 0 ok, 1 refused or failed, 2 wrong usage or settings"
ENVIRONMENT: Final = "environment (blank counts as unset; options win over it):\n" + "\n".join(
    f"  {variable.name}\n      {variable.help}" for variable in VARIABLES
)


def add_env_file(parser: Parser) -> None:
    """Add the option `--env-file`, for a command that the environment concerns."""
    parser.add_argument(
        "--env-file",
        type=parse_path,
        metavar="FILE",
        help="read variables from FILE (dotenv syntax); the process environment wins over it",
    )


def add_override(
    parser: Any, option: str, field: str, metavar: str, summary: str | None = None
) -> None:
    """Add an option that stands for an environment variable."""
    variable = next(variable for variable in VARIABLES if variable.field == field)
    parser.add_argument(
        option,
        dest=f"override_{field}",
        type=parse_filled,
        metavar=metavar,
        help=f"{summary or variable.help} [{variable.name}]",
    )


def collect_overrides(args: argparse.Namespace) -> dict[str, str]:
    """Return the options that stand for environment variables, under the variables' names."""
    return {
        variable.name: value
        for variable in VARIABLES
        if (value := getattr(args, f"override_{variable.field}", None)) is not None
    }


def add_url(parser: Any, summary: str, note: str = "") -> None:
    """Add the option that says where the running issuer is."""
    from token_issuer.remote_issuer import parse_issuer_url  # noqa: PLC0415  # not for serve

    parser.add_argument(
        "--url",
        type=explain_with(parse_issuer_url),
        help=f"{summary} (default: the local one, on {PREFIX}PORT){note}",
    )
