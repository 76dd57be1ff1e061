# DEV-ONLY: never ship to production.
"""`token-issuer health`."""

import argparse

from token_issuer.cli.issuer_url import locate_issuer
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.settings import read_settings
from token_issuer.remote_issuer import fetch_json


def run(args: argparse.Namespace) -> int:
    """Ask a running issuer whether it is up.

    Raises:
        TokenIssuerError: wrong settings, or no issuer answers.
    """
    url = locate_issuer(args.url, read_settings(args, allow_production=True))
    answer = fetch_json(f"{url}/health")
    write_output(f"{answer['status']}: {url} signs with kid {answer['kid']}\n")
    return 0
