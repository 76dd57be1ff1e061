# DEV-ONLY: never ship to production.
"""`token-issuer health`."""

import argparse
import sys

from token_issuer.cli.location import locate_issuer
from token_issuer.client import fetch_json
from token_issuer.settings import Settings, read_environment


def run(args: argparse.Namespace) -> int:
    """Ask a running issuer whether it is up.

    Raises:
        TokenIssuerError: wrong settings, or no issuer answers.
    """
    settings = Settings.from_env(read_environment(args.env_file))
    url = locate_issuer(args.url, settings)
    answer = fetch_json(f"{url}/health")
    sys.stdout.write(f"{answer['status']}: {url} signs with kid {answer['kid']}\n")
    return 0
