# DEV-ONLY: never ship to production.
"""`token-issuer serve`."""

import argparse

from jwt_core import SigningKey

from token_issuer.cli.configuration import read_settings
from token_issuer.cli.output import write_output
from token_issuer.issuing import Issuer
from token_issuer.keydir import open_key_directory
from token_issuer.keyring import KeyRing
from token_issuer.server import configure_logging, format_url, listen, serve
from token_issuer.settings import Settings
from token_issuer.watermark import generate_marked_key


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says stop.

    Raises:
        TokenIssuerError: production, wrong settings, unusable keys, or the address is taken.
    """
    settings = read_settings(args)
    configure_logging(settings)
    ring = KeyRing((_load_key(settings),))
    with listen(settings.host, settings.port) as listener:
        write_output(
            f"token-issuer (DEV ONLY, never production) listens on {format_url(listener)}, signs "
            f"with kid {ring.default_kid}, keeps keys in {settings.keys_dir or 'memory'}\n"
        )
        serve(Issuer(settings, ring), listener)
    return 0


def _load_key(settings: Settings) -> SigningKey:
    if settings.keys_dir is None:
        return generate_marked_key()
    return open_key_directory(settings.keys_dir, allow_unmarked=settings.allow_unmarked_keys)
