# DEV-ONLY: never ship to production.
"""`token-issuer serve`."""

import argparse
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.settings import read_settings
from token_issuer.keys.watermark import generate_marked_private_key

if TYPE_CHECKING:
    from token_issuer.tokens.issuer import Issuer


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says stop.

    Raises:
        TokenIssuerError: production, wrong settings, unusable keys, the address is taken, or a
            worker ended by itself.
    """
    settings = read_settings(args)
    with ThreadPoolExecutor(1) as executor:
        key = None if settings.keys_dir else executor.submit(generate_marked_private_key)
        from token_issuer.tokens.factory import build_issuer  # noqa: PLC0415  # while the key is made

        building = executor.submit(build_issuer, settings, key)
        from token_issuer.server.server import (  # noqa: PLC0415  # while keys are made or loaded
            configure_logging,
            format_url,
            listen,
            serve,
        )

        configure_logging(settings)
    issuer = building.result()

    def answer(listener: socket.socket) -> None:
        with issuer.keys:
            serve(issuer, listener)

    if settings.workers > 1:
        from token_issuer.server.workers import (  # noqa: PLC0415  # few starts ask for it
            listen_for_workers,
            serve_by_workers,
        )

        listeners = listen_for_workers(settings.host, settings.port, settings.workers)
        _say_hello(issuer, format_url(listeners[0]))
        serve_by_workers(listeners, answer)
        return 0
    with listen(settings.host, settings.port) as listener:
        _say_hello(issuer, format_url(listener))
        answer(listener)
    return 0


def _say_hello(issuer: "Issuer", url: str) -> None:
    write_output(
        f"token-issuer (DEV ONLY, never production) listens on {url}, signs with kid "
        f"{issuer.keys.view.default_kid}, keeps keys in {issuer.settings.keys_dir or 'memory'}\n"
    )
