# DEV-ONLY: never ship to production.
"""Options and sections of the help that several commands share."""

import argparse
from typing import Any, Final

from token_issuer.cli.parser import Parser, explain_with, parse_filled, parse_path
from token_issuer.config.declaration import PREFIX
from token_issuer.config.settings import SETTINGS

EXIT_CODES: Final = "exit codes: 0 ok, 1 refused or failed, 2 wrong usage or settings"
ENVIRONMENT: Final = (
    "environment (blank variables are ignored; options override variables):\n"
    + "\n".join(
        f"  {setting.variable}\n      {setting.help}" for setting in SETTINGS if setting.variable
    )
)

ENVIRONMENT_NOTE: Final = "environment: the variables of the issuer; token-issuer --help lists them"


def add_env_file(parser: Parser) -> None:
    """Add the option `--env-file`, for a command that reads settings."""
    parser.add_argument(
        "--env-file",
        type=parse_path,
        metavar="FILE",
        help="read variables from FILE (dotenv syntax); the process environment overrides them",
    )


def add_override(parser: Any, name: str, summary: str | None = None) -> None:
    """Add the option of a setting, which overrides its environment variable.

    Args:
        parser: The command that gets the option.
        name: The setting.
        summary: The help text, if it differs from that of the setting.
    """
    setting = next(setting for setting in SETTINGS if setting.name == name)
    parser.add_argument(
        setting.option,
        dest=f"override_{name}",
        type=parse_filled,
        metavar=setting.metavar,
        **({"nargs": "?", "const": "true"} if isinstance(setting.default, bool) else {}),
        help=f"{summary or setting.help} [{setting.variable}]",
    )


def collect_overrides(args: argparse.Namespace) -> dict[str, str]:
    """Return the settings given as options: a map from environment variable to value."""
    return {
        setting.variable: value
        for setting in SETTINGS
        if (value := getattr(args, f"override_{setting.name}", None)) is not None
    }


def add_issuer_name(parser: Any) -> None:
    """Add the option that names one of several issuers."""
    parser.add_argument(
        "--issuer-name",
        type=parse_filled,
        metavar="NAME",
        help="issuer that [issuers.NAME] of the profiles file declares (default: the main one)",
    )


def add_url(parser: Any, summary: str, note: str = "") -> None:
    """Add the option for the URL of a running issuer."""
    from token_issuer.remote_issuer import parse_issuer_url  # noqa: PLC0415  # not for serve

    parser.add_argument(
        "--url",
        type=explain_with(parse_issuer_url),
        help=f"{summary} (default: from {PREFIX}HOST and {PREFIX}PORT){note}",
    )
