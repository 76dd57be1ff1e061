# DEV-ONLY: never ship to production.
"""The command line: subcommands, options and their help."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from token_issuer.cli.output import write_output
from token_issuer.settings import PREFIX, VARIABLES

_DESCRIPTION = (
    "DEV ONLY: an OAuth token issuer for Docker and QA stacks. Production recognises it and "
    "refuses it. Without a command it serves."
)
_EXIT_CODES = "exit codes: 0 ok, 1 refused or failed, 2 wrong usage or settings"
_ENVIRONMENT = "environment (blank counts as unset; options win over it):\n" + "\n".join(
    f"  {variable.name}\n      {variable.help}" for variable in VARIABLES
)
_SERVE_EXAMPLES = """\
examples:
  token-issuer
  token-issuer serve --host 0.0.0.0 --port 8081
  token-issuer serve --keys-dir ./keys"""
_KEYS_EXAMPLES = """\
examples:
  token-issuer make-keys ./keys"""
_MINTING_EXAMPLES = """\
examples:
  token-issuer make-token --sub alice
  token-issuer make-token --keys-dir ./keys --exp 2h --claim role=admin --claim level:=5
  token-issuer make-token --url http://localhost:8081 --exp -5m --json
  curl -H "Authorization: Bearer $(token-issuer make-token --sub alice)" localhost:8080/"""
_HEALTH_EXAMPLES = """\
examples:
  token-issuer health
  token-issuer health --url http://localhost:8081"""


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; `serve` is the default command."""
    if not argv or (argv[0].startswith("-") and argv[0] not in {"-h", "--help", "--version"}):
        argv = ["serve", *argv]
    return build_parser().parse_args(_join_expiry(argv))


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with all subcommands."""
    parser = _Parser(
        prog="token-issuer",
        description=_DESCRIPTION,
        epilog=f"{_EXIT_CODES}\n\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action=_ShowVersion, nargs=0, help="show program's version number and exit"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_serve(commands)
    _add_make_keys(commands)
    _add_make_token(commands)
    _add_health(commands)
    return parser


def collect_overrides(args: argparse.Namespace) -> dict[str, str]:
    """Return the options that stand for environment variables, under the variables' names."""
    return {
        variable.name: value
        for variable in VARIABLES
        if (value := getattr(args, f"override_{variable.field}", None)) is not None
    }


class _Parser(argparse.ArgumentParser):
    """A parser whose help does not get lost unnoticed."""

    def print_help(self, _file: Any = None) -> None:
        write_output(self.format_help())


class _ShowVersion(argparse.Action):
    """`--version`, which looks the version up only when it is asked for: that takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version  # noqa: PLC0415

        write_output(f"token-issuer {version('token-issuer')} (DEV ONLY)\n")
        parser.exit()


def _parse_filled(text: str) -> str:
    if not text.strip():
        msg = "expected a value, got blank text"
        raise argparse.ArgumentTypeError(msg)
    return text


def _parse_path(text: str) -> Path:
    return Path(_parse_filled(text))


def _join_expiry(argv: Sequence[str]) -> list[str]:
    """Join `--exp -5m` to `--exp=-5m`, or argparse takes the duration for an option."""
    joined: list[str] = []
    for argument in argv:
        if joined and joined[-1] == "--exp":
            joined[-1] = f"--exp={argument}"
        else:
            joined.append(argument)
    return joined


def _add_command(
    commands: Any, name: str, *, summary: str, examples: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=f"DEV ONLY: {summary}.",
        epilog=f"{examples}\n\n{_EXIT_CODES}\n\n{_ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(module=name.replace("-", "_"))
    parser.add_argument(
        "--env-file",
        type=_parse_path,
        metavar="FILE",
        help="read variables from FILE (dotenv syntax); the process environment wins over it",
    )
    return parser


def _add_override(
    parser: Any, option: str, field: str, metavar: str, summary: str | None = None
) -> None:
    variable = next(variable for variable in VARIABLES if variable.field == field)
    parser.add_argument(
        option,
        dest=f"override_{field}",
        type=_parse_filled,
        metavar=metavar,
        help=f"{summary or variable.help} [{variable.name}]",
    )


def _add_serve(commands: Any) -> None:
    parser = _add_command(
        commands,
        "serve",
        summary="serve tokens and public keys over HTTP",
        examples=_SERVE_EXAMPLES,
    )
    for option, field, metavar in (
        ("--host", "host", "ADDRESS"),
        ("--port", "port", "PORT"),
        ("--issuer", "issuer", "ISS"),
        ("--audience", "audience", "AUD"),
        ("--ttl", "ttl", "DURATION"),
        ("--keys-dir", "keys_dir", "DIR"),
        ("--log-level", "log_level", "LEVEL"),
    ):
        _add_override(parser, option, field, metavar)


def _add_make_keys(commands: Any) -> None:
    parser = _add_command(
        commands,
        "make-keys",
        summary="make a key pair in a directory, or name the one there; nothing is overwritten",
        examples=_KEYS_EXAMPLES,
    )
    parser.add_argument("directory", type=_parse_path, metavar="DIR", help="created where missing")


def _add_make_token(commands: Any) -> None:
    parser = _add_command(
        commands,
        "make-token",
        summary="print a token, made offline from a key directory or by a running issuer",
        examples=_MINTING_EXAMPLES,
    )
    source = parser.add_mutually_exclusive_group()
    _add_override(source, "--keys-dir", "keys_dir", "DIR", "offline, with the key of DIR")
    source.add_argument(
        "--url",
        type=_parse_filled,
        help=f"a running issuer (default: the local one, on {PREFIX}PORT)",
    )
    for name, description in _TOKEN_OPTIONS:
        parser.add_argument(
            f"--{name}", dest=f"field_{name}", metavar=name.upper(), help=description
        )
    parser.add_argument(
        "--aud", dest="field_aud", action="append", metavar="AUD", help="audience; may be repeated"
    )
    parser.add_argument(
        "--claim",
        dest="claim",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help="one more claim; NAME:=JSON for other values than text; may be repeated",
    )
    parser.add_argument(
        "--json", action="store_true", help="print the whole answer instead of the bare token"
    )


_TOKEN_OPTIONS: Iterable[tuple[str, str]] = (
    ("sub", "subject"),
    ("iss", "issuer"),
    ("kid", "name of the signing key"),
    ("exp", "expiry: 15m, 2h, -5m (already expired) from now, or a NumericDate"),
    ("scope", "scope, words separated by spaces"),
    ("claims", "more claims as a JSON object"),
)


def _add_health(commands: Any) -> None:
    parser = _add_command(
        commands,
        "health",
        summary="ask a running issuer whether it is up, as a container's health check does",
        examples=_HEALTH_EXAMPLES,
    )
    parser.add_argument(
        "--url",
        type=_parse_filled,
        help=f"base URL (default: the local one, on {PREFIX}PORT)",
    )
