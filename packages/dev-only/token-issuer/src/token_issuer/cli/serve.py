# DEV-ONLY: never ship to production.
"""`token-issuer serve`."""

import argparse
from concurrent.futures import ThreadPoolExecutor

from token_issuer.cli.configuration import read_settings
from token_issuer.cli.output import write_output
from token_issuer.watermark import generate_marked_private_key


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says stop.

    Raises:
        TokenIssuerError: production, wrong settings, unusable keys, or the address is taken.
    """
    settings = read_settings(args)
    with ThreadPoolExecutor(1) as executor:
        # While OpenSSL makes the key, the rest is imported: both take their time.
        key = None if settings.keys_dir else executor.submit(generate_marked_private_key)
        from token_issuer.assembly import build_issuer  # noqa: PLC0415

        building = executor.submit(build_issuer, settings, key)
        from token_issuer.server import configure_logging, format_url, listen, serve  # noqa: PLC0415

        configure_logging(settings)
    issuer = building.result()
    with listen(settings.host, settings.port) as listener, issuer.keys:
        write_output(
            f"token-issuer (DEV ONLY, never production) listens on {format_url(listener)}, signs "
            f"with kid {issuer.keys.view.default_kid}, keeps keys in "
            f"{settings.keys_dir or 'memory'}\n"
        )
        serve(issuer, listener)
    return 0
