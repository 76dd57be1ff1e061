# DEV-ONLY: never ship to production.
"""The command `token-issuer`.

Each subcommand is a module with `run(args) -> int`, imported only when it is called: a health check
must not pay for the web framework.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from token_issuer.errors import TokenIssuerError
from token_issuer.server.signals import exit_on_signals


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for ok, 1 for refused or failed, 2 for wrong usage."""
    exit_on_signals()  # before all that takes time, imports included
    from token_issuer.cli.arguments import parse_arguments  # noqa: PLC0415

    try:
        args = parse_arguments(sys.argv[1:] if argv is None else argv)
        if args.module == "serve":
            exit_on_signals(0)  # a server has done what was asked for when it is told to stop
        exit_code: int = import_module(f"token_issuer.cli.commands.{args.module}").run(args)
    except TokenIssuerError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"token-issuer: {line}\n")
        return error.exit_code
    return exit_code
