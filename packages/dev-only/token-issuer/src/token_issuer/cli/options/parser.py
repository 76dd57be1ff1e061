# DEV-ONLY: never ship to production.
"""What all commands of the command line have in common."""

import argparse
from pathlib import Path
from typing import Any, Final

from token_issuer.cli.output.stdout import write_output
from token_issuer.config.setting import PREFIX
from token_issuer.config.settings import SETTINGS

EXIT_CODES: Final = "exit codes: 0 ok, 1 refused or failed, 2 wrong usage or settings"
ENVIRONMENT: Final = "environment (blank counts as unset; options win over it):\n" + "\n".join(
    f"  {setting.variable}\n      {setting.help}" for setting in SETTINGS
)


class Parser(argparse.ArgumentParser):
    """A parser whose help does not get lost unnoticed."""

    def print_help(self, _file: Any = None) -> None:
        """Print the help, or say that it did not get there."""
        write_output(self.format_help())


class ShowVersion(argparse.Action):
    """`--version`, which looks the version up only when it is asked for: that takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the version, and leave."""
        from importlib.metadata import version  # noqa: PLC0415  # see the class

        write_output(f"token-issuer {version('token-issuer')} (DEV ONLY)\n")
        parser.exit()


def parse_filled(text: str) -> str:
    """Refuse blank text."""
    if not text.strip():
        message = "expected a value, got blank text"
        raise argparse.ArgumentTypeError(message)
    return text


def parse_path(text: str) -> Path:
    """Read the path of a file or directory."""
    return Path(parse_filled(text))


def add_plain_command(
    commands: Any, name: str, *, summary: str, epilog: str
) -> argparse.ArgumentParser:
    """Add a command that no variable concerns."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=f"DEV ONLY: {summary}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(module=name.replace("-", "_"))
    return parser


def add_command(
    commands: Any,
    name: str,
    *,
    summary: str,
    examples: str,
    exit_codes: str = EXIT_CODES,
    environment: str = ENVIRONMENT,
) -> argparse.ArgumentParser:
    """Add a command that the environment concerns."""
    epilog = f"{examples}\n\n{exit_codes}\n\n{environment}"
    parser = add_plain_command(commands, name, summary=summary, epilog=epilog)
    parser.add_argument(
        "--env-file",
        type=parse_path,
        metavar="FILE",
        help="read variables from FILE (dotenv syntax); the process environment wins over it",
    )
    return parser


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


def add_claims(parser: Any) -> None:
    """Add the options for the audience and for claims that have no option of their own."""
    parser.add_argument(
        "--aud", dest="field_aud", action="append", metavar="AUD", help="audience; may be repeated"
    )
    parser.add_argument(
        "--claim",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help="one more claim; NAME:=JSON for other values than text; may be repeated",
    )


def add_url(parser: Any, summary: str, note: str = "") -> None:
    """Add the option that says where the running issuer is."""
    parser.add_argument(
        "--url",
        type=parse_filled,
        help=f"{summary} (default: the local one, on {PREFIX}PORT){note}",
    )
