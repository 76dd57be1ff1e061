# DEV-ONLY: never ship to production.
"""The commands of the command line, and the parser of the requested one.

Only the module of the requested command is imported: the others would dominate the start-up time of
a health check.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

from token_issuer.cli.options import ENVIRONMENT, EXIT_CODES
from token_issuer.cli.parser import Parser, ShowVersion

_DESCRIPTION: Final = (
    "DEV ONLY: an OAuth token issuer for Docker and QA stacks. Production recognises and rejects "
    "it. The default command is serve."
)
_DEFAULT_COMMAND: Final = "serve"
_SUMMARIES: Final = {
    "serve": "serve tokens, public keys and a console for browsers over HTTP or HTTPS",
    "make-keys": "create a key pair in a directory; an existing key pair is kept",
    "make-service-account": "write a key file of a Google service account, for the issuer and its "
    "clients",
    "make-token": "print a token, signed with a key directory or issued by a running issuer",
    "keys": "list, rotate or remove the keys of a running issuer or a key directory",
    "defects": "list the defects that a token or a login can have, or explain one",
    "probe": "send defective tokens to a proxy, watch how it fetches its keys, and report what it "
    "gets wrong",
    "probe-login": "log in to an application with one defect at a time, and report which it "
    "accepts",
    "google": "run a command, and answer its requests to Google with an issuer",
    "front": "run a proxy that answers Google's names, for the services of a stack",
    "health": "check that a running issuer is healthy, as a container's health check does",
}


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; `serve` is the default command.

    The attribute `command` of the result is the name of the command.
    """
    if not argv or (argv[0].startswith("-") and argv[0] not in {"-h", "--help", "--version"}):
        argv = [_DEFAULT_COMMAND, *argv]
    return build_parser(argv[0]).parse_args(argv)


def build_parser(command: str | None = None) -> Parser:
    """Build the parser of the command line; of the commands, only *command* gets its options."""
    parser = Parser(
        prog="token-issuer",
        description=_DESCRIPTION,
        epilog=f"{EXIT_CODES}\n\n{ENVIRONMENT}",
    )
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="show the version and exit")
    for name, summary in _SUMMARIES.items():
        subparser = parser.add_command(name, metavar="COMMAND", summary=summary)
        if name == command:
            import_command(name).add_options(subparser)
    return parser


def import_command(name: str) -> Any:
    """Return the module of a command, which has `add_options(parser)` and `run(args) -> int`."""
    return import_module(f"token_issuer.cli.commands.{name.replace('-', '_')}")
