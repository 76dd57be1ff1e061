# DEV-ONLY: never ship to production.
"""`token-issuer make-keys`."""

import argparse

from jwt_core import compute_thumbprint

from token_issuer.cli.configuration import read_settings
from token_issuer.cli.output import write_output
from token_issuer.keydir import open_key_directory


def run(args: argparse.Namespace) -> int:
    """Make the key pair unless it exists, and say which one is there.

    Raises:
        TokenIssuerError: production, wrong settings, or an unusable directory.
    """
    settings = read_settings(args)
    key = open_key_directory(args.directory, allow_unmarked=settings.allow_unmarked_keys)
    thumbprint = compute_thumbprint(key.verification_key.public_key)
    write_output(f"{args.directory}: kid {key.kid}, thumbprint {thumbprint} (DEV ONLY)\n")
    return 0
