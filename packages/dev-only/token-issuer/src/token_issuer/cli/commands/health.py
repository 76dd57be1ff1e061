# DEV-ONLY: never ship to production.
"""`token-issuer health`."""

import argparse
from typing import Final

from token_issuer.cli.options import ENVIRONMENT, EXIT_CODES, add_env_file, add_url
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser
from token_issuer.cli.settings import locate_issuer, read_settings
from token_issuer.paths import HEALTH_PATH
from token_issuer.remote_issuer import fetch_json

_EXAMPLES: Final = """\
examples:
  token-issuer health
  token-issuer health --url http://localhost:8081"""


def add_options(parser: Parser) -> None:
    """Add the options of `health`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}"
    add_env_file(parser)
    add_url(parser, "URL of the issuer")


def run(args: argparse.Namespace) -> int:
    """Check that a running issuer is healthy.

    Raises:
        TokenIssuerError: wrong settings, or no issuer answers.
    """
    settings = read_settings(args, allow_production=True)
    url = locate_issuer(args.url, settings)
    response = fetch_json(f"{url}{HEALTH_PATH}", ca_files=settings.ca_files)
    write_output(f"{response['status']}: {url} signs with kid {response['kid']}\n")
    return 0
