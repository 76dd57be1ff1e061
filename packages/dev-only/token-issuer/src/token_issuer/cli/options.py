# DEV-ONLY: never ship to production.
"""Options and sections of the help that several commands share."""

import argparse
from typing import Any, Final

from token_issuer.cli.parser import Parser, explain_with, parse_filled, parse_path
from token_issuer.config.declaration import PREFIX
from token_issuer.config.settings import SETTINGS

EXIT_CODES: Final = "exit codes: 0 ok, 1 refused or failed, 2 wrong usage or settings"
ENVIRONMENT: Final = "environment (blank counts as unset; options win over it):\n" + "\n".join(
    f"  {setting.variable}\n      {setting.help}" for setting in SETTINGS
)


def add_env_file(parser: Parser) -> None:
    """Add the option `--env-file`, for a command that the environment concerns."""
    parser.add_argument(
        "--env-file",
        type=parse_path,
        metavar="FILE",
        help="read variables from FILE (dotenv syntax); the process environment wins over it",
    )


def add_override(parser: Any, name: str, summary: str | None = None) -> None:
    """Add the option of a setting; it wins over the setting's environment variable.

    Args:
        parser: The command that gets the option.
        name: The setting.
        summary: Its help in place of the setting's own.
    """
    setting = next(setting for setting in SETTINGS if setting.name == name)
    parser.add_argument(
        setting.option,
        dest=f"override_{name}",
        type=parse_filled,
        metavar=setting.metavar,
        help=f"{summary or setting.help} [{setting.variable}]",
    )


def collect_overrides(args: argparse.Namespace) -> dict[str, str]:
    """Return the values of options that set a setting, by the names of its variables."""
    return {
        setting.variable: value
        for setting in SETTINGS
        if (value := getattr(args, f"override_{setting.name}", None)) is not None
    }


def add_url(parser: Any, summary: str, note: str = "") -> None:
    """Add the option that says where the running issuer is."""
    from token_issuer.remote_issuer import parse_issuer_url  # noqa: PLC0415  # not for serve

    parser.add_argument(
        "--url",
        type=explain_with(parse_issuer_url),
        help=f"{summary} (default: the local one, on {PREFIX}PORT){note}",
    )
