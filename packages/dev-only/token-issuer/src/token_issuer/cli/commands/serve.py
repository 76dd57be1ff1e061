# DEV-ONLY: never ship to production.
"""`token-issuer serve`."""

import argparse
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from token_issuer.cli.options import ENVIRONMENT, EXIT_CODES, add_env_file, add_override
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser
from token_issuer.cli.settings import read_settings
from token_issuer.config.settings import SETTINGS

if TYPE_CHECKING:
    from token_issuer.tokens.issuer import Issuer


_EXAMPLES: Final = """\
examples:
  token-issuer
  token-issuer serve --host 0.0.0.0 --port 8081
  token-issuer serve --keys-dir ./keys"""


def add_options(parser: Parser) -> None:
    """Add the options of `serve`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}"
    add_env_file(parser)
    for setting in SETTINGS:
        if setting.option is not None:
            add_override(parser, setting.name)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises:
        TokenIssuerError: the environment is production, a setting is wrong, the keys are unusable,
            the address is taken, or a worker ended by itself.
    """
    settings = read_settings(args)
    # Imports from here on are deferred: wrong settings are reported without them, and the server is
    # imported while another thread generates the key, which releases the GIL.
    from token_issuer.keys.watermark import generate_marked_private_key  # noqa: PLC0415

    with ThreadPoolExecutor(1) as executor:
        key = None if settings.keys_dir else executor.submit(generate_marked_private_key)
        from token_issuer.tokens.factory import (  # noqa: PLC0415
            build_issuer,
            warn_of_fast_rotation,
        )

        building = executor.submit(build_issuer, settings, key)
        from token_issuer.server.server import (  # noqa: PLC0415
            configure_logging,
            format_url,
            listen,
            serve,
        )

        configure_logging(settings)
        warn_of_fast_rotation(settings)
    issuer = building.result()

    def serve_listener(listener: socket.socket) -> None:
        with issuer.keys:
            serve(issuer, listener)

    if settings.workers > 1:
        from token_issuer.server.workers import (  # noqa: PLC0415  # rarely used
            listen_for_workers,
            serve_by_workers,
        )

        listeners = listen_for_workers(settings.host, settings.port, settings.workers)
        _print_banner(issuer, format_url(listeners[0]))
        serve_by_workers(listeners, serve_listener)
        return 0
    with listen(settings.host, settings.port) as listener:
        _print_banner(issuer, format_url(listener))
        serve_listener(listener)
    return 0


def _print_banner(issuer: "Issuer", url: str) -> None:
    directory = issuer.settings.keys_dir
    place = "memory, new at each start" if directory is None else directory
    write_output(
        f"token-issuer (DEV ONLY, never production) listens on {url}\n"
        f"Signs with kid {issuer.keys.view.default_kid}; keeps keys in {place}\n"
        f"Try: curl -s -X POST {url}/token -d sub=alice\n"
    )
