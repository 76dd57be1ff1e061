# DEV-ONLY: never ship to production.
"""The options of `google` and `front`, and the issuer that both lead to."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from token_issuer.cli.parser import Parser, explain_with, parse_path
from token_issuer.config.environment import copy_environment
from token_issuer.config.settings import Settings
from token_issuer.front.targets import parse_allowed_host
from token_issuer.paths import HEALTH_PATH
from token_issuer.remote_issuer import fetch_json, parse_issuer_url


def add_front_options(parser: Parser, roots: str) -> None:
    """Add the options that `google` and `front` share.

    Args:
        parser: The command that gets the options.
        roots: The help text of `--roots`.
    """
    parser.add_argument(
        "--url",
        type=explain_with(parse_issuer_url),
        help="URL of a running issuer (default: start one with the profile google)",
    )
    parser.add_argument(
        "--allow",
        type=explain_with(parse_allowed_host),
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="another host that may be reached, such as pypi.org or *.example.com (port 443 unless "
        "given); its TLS is not decrypted; repeatable (default: all but Google's names are "
        "refused)",
    )
    parser.add_argument("--roots", type=parse_path, metavar="FILE", help=roots)


@contextmanager
def open_issuer(args: argparse.Namespace, settings: Settings) -> Iterator[str]:
    """Yield the URL of the issuer of `--url`, or of one that is started.

    Raises:
        TokenIssuerError: no issuer answers at the URL, an allowed host needs another proxy, or
            the issuer cannot be started.
    """
    from token_issuer.front.running import (  # noqa: PLC0415  # wrong options are reported first
        check_upstream_proxy,
        locate_issuer,
        run_issuer,
    )

    check_upstream_proxy(copy_environment(), args.allow)
    if args.url is None:
        with run_issuer(settings) as url:
            yield url
    else:
        locate_issuer(args.url)
        fetch_json(f"{args.url}{HEALTH_PATH}")
        yield args.url
