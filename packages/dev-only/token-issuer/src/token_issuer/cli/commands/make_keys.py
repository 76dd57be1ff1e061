# DEV-ONLY: never ship to production.
"""`token-issuer make-keys`."""

import argparse
from dataclasses import replace

from jwt_core import Algorithm, compute_thumbprint

from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.settings import read_settings
from token_issuer.tokens.factory import build_issuer


def run(args: argparse.Namespace) -> int:
    """Make the key pair unless it exists, and say which one is there.

    Raises:
        TokenIssuerError: production, wrong settings, or an unusable directory.
    """
    settings = read_settings(args)
    keys = build_issuer(replace(settings, keys_dir=args.directory)).keys
    key = keys.view.signers[Algorithm.RS256]
    thumbprint = compute_thumbprint(key.verification_key.public_key)
    write_output(f"{args.directory}: kid {key.kid}, thumbprint {thumbprint} (DEV ONLY)\n")
    return 0
