# DEV-ONLY: never ship to production.
"""The command `token-issuer`."""

import sys
from collections.abc import Sequence

from token_issuer.errors import TokenIssuerError
from token_issuer.server.signals import exit_on_signals


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for ok, 1 for refused or failed, 2 for wrong usage."""
    exit_on_signals()  # before anything slow, imports included
    from token_issuer.cli.arguments import import_command, parse_arguments  # noqa: PLC0415

    try:
        args = parse_arguments(sys.argv[1:] if argv is None else argv)
        if args.command == "serve":
            exit_on_signals(0)  # to stop a server is not a failure
        exit_code: int = import_command(args.command).run(args)
    except TokenIssuerError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"token-issuer: {line}\n")
        return error.exit_code
    return exit_code
