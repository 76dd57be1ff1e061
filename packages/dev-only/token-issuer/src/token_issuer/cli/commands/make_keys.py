# DEV-ONLY: never ship to production.
"""`token-issuer make-keys`."""

import argparse
from dataclasses import replace
from typing import Final

from jwt_core import Algorithm, compute_thumbprint

from token_issuer.cli.options import ENVIRONMENT, EXIT_CODES, add_env_file
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser, explain_with
from token_issuer.cli.settings import read_settings
from token_issuer.config.parsers import parse_directory
from token_issuer.errors import InvalidInputError
from token_issuer.keys.factory import open_keys

_EXAMPLES: Final = """\
examples:
  token-issuer make-keys ./keys"""


def add_options(parser: Parser) -> None:
    """Add the options of `make-keys`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}"
    add_env_file(parser)
    parser.add_argument(
        "directory",
        type=explain_with(parse_directory),
        metavar="DIR",
        help="directory for the keys; created if it does not exist",
    )


def run(args: argparse.Namespace) -> int:
    """Create a key pair unless the directory has one, and print its kid and thumbprint.

    Raises:
        TokenIssuerError: production, wrong settings, a seed, or an unusable directory.
    """
    settings = read_settings(args)
    if settings.key_seed is not None:
        message = (
            "TOKEN_ISSUER_KEY_SEED: derives the keys, so no directory holds them; unset it to make "
            "keys"
        )
        raise InvalidInputError(message, "TOKEN_ISSUER_KEY_SEED")
    keys = open_keys(replace(settings, keys_dir=args.directory))
    key = keys.view.signers[Algorithm.RS256]
    thumbprint = compute_thumbprint(key.verification_key.public_key)
    write_output(f"{args.directory}: kid {key.kid}, thumbprint {thumbprint} (DEV ONLY)\n")
    return 0
