# DEV-ONLY: never ship to production.
"""`token-issuer serve`."""

import argparse
import shlex
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from token_issuer.cli.options import ENVIRONMENT, EXIT_CODES, add_env_file, add_override
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser
from token_issuer.cli.settings import read_settings
from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.paths import JWKS_PATH, TOKEN_PATH
from token_issuer.server.addresses import format_local_address

if TYPE_CHECKING:
    from token_issuer.issuers.issuers import Issuers
    from token_issuer.server.tls import ServerTls
    from token_issuer.server.workers import Serve
    from token_issuer.tokens.issuer import Issuer

_EXAMPLES: Final = """\
examples:
  token-issuer
  token-issuer serve --open
  token-issuer serve --host 0.0.0.0 --port 8081
  token-issuer serve --issuer self
  token-issuer serve --tls --issuer self
  token-issuer serve --keys-dir ./keys"""


def add_options(parser: Parser) -> None:
    """Add the options of `serve`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}"
    add_env_file(parser)
    parser.add_argument(
        "--open", action="store_true", help="open the console in a browser once the issuer listens"
    )
    for setting in SETTINGS:
        if setting.option is not None:
            add_override(parser, setting.name)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises:
        TokenIssuerError: the environment is production, a setting is wrong, the keys or the
            certificate are unusable, the address is taken, or a worker ended by itself.
    """
    settings = read_settings(args)
    # Imports from here on are deferred: wrong settings are reported without them, and the server is
    # imported while another thread makes the key, which releases the GIL.
    from token_issuer.keys.first_key import submit_first_key  # noqa: PLC0415  # deferred

    with ThreadPoolExecutor(1) as executor:
        key = submit_first_key(executor, settings)
        from token_issuer.issuers.factory import build_issuers  # noqa: PLC0415

        building = executor.submit(build_issuers, settings, key)
        from token_issuer.server.server import (  # noqa: PLC0415
            configure_logging,
            format_url,
            listen,
            serve,
        )

        configure_logging(settings)
    issuers = building.result()
    if settings.scheme == "https":
        import token_issuer.server.tls  # noqa: F401, PLC0415  # slow, so not while clients wait

    def announce(listener: socket.socket) -> "Serve":
        """Print the banner, and return the function that serves on a listener of this address."""
        # Not earlier: an issuer that cannot listen would replace the authority of the running one.
        tls = _prepare_tls(settings)
        url = format_url(listener, settings.scheme)
        located = issuers.locate(url)
        page = _locate_page(settings, listener)
        write_output(_format_banner(located, url, page))
        if args.open:
            _open_page(page, settings)

        def serve_listener(listener: socket.socket) -> None:
            with located.refreshing():
                serve(located, listener, tls)

        return serve_listener

    if settings.workers > 1:
        from token_issuer.server.workers import (  # noqa: PLC0415  # rarely used
            listen_for_workers,
            serve_by_workers,
        )

        listeners = listen_for_workers(settings.host, settings.port, settings.workers)
        serve_by_workers(listeners, announce(listeners[0]))
        return 0
    with listen(settings.host, settings.port) as listener:
        announce(listener)(listener)
    return 0


def _prepare_tls(settings: Settings) -> "ServerTls | None":
    if settings.scheme == "http":
        return None
    from token_issuer.server.tls import prepare_tls  # noqa: PLC0415  # imports OpenSSL

    return prepare_tls(settings)


def _open_page(url: str, settings: Settings) -> None:
    if not settings.is_alone:  # workers are forked, which threads do not survive
        sys.stderr.write("token-issuer: --open: an issuer of several processes has no console\n")
        return
    from token_issuer.cli.open_page import open_page  # noqa: PLC0415  # rarely used

    open_page(url)


def _locate_page(settings: Settings, listener: socket.socket) -> str:
    """Return the URL of the page by which a browser on this machine reaches it."""
    local_url = format_local_address(listener.getsockname(), settings.scheme)
    return f"{settings.browser_url or local_url}/"


def _format_banner(issuers: "Issuers", url: str, page: str) -> str:
    lines = [f"token-issuer (DEV ONLY, never production) listens on {url}"]
    for issuer in issuers:
        label = f"{issuer.name}: " if issuer.name else ""
        kid = issuer.keys.view.default_kid
        lines += (
            f"{label}Signs with kid {kid}; {_describe_origin_of_keys(issuer.settings)}",
            f"{label}{_say_what_clients_need(issuer, url)}",
        )
    trust = ""
    if issuers.settings.tls:
        ca_file = issuers.settings.tls_ca.absolute()
        lines.append(f"Clients must trust the CA in {ca_file}, which expires after one day")
        trust = f" --cacert {shlex.quote(str(ca_file))}"
    content = "the console" if issuers.settings.has_admin else "its endpoints"
    lines.append(f"Open {page} in a browser: {content}")
    lines.append(f"Try: curl -s{trust} -X POST {url}{TOKEN_PATH} -d sub=alice")
    return "".join(f"{line}\n" for line in lines)


def _describe_origin_of_keys(settings: Settings) -> str:
    if settings.key_seed is not None:
        return "derives keys from TOKEN_ISSUER_KEY_SEED"
    directory = settings.keys_dir
    return f"keeps keys in {'memory, new at each start' if directory is None else directory}"


def _say_what_clients_need(issuer: "Issuer", url: str) -> str:
    base = issuer.settings.public_url or url + issuer.path
    if issuer.identifier == base:
        return f"Give clients the issuer URL {base}"
    advice = (
        ""
        if "issuer" in issuer.settings.explicit
        else "; for clients that take only the URL of an issuer, add --issuer self"
    )
    return (
        f"Give verifiers the issuer {issuer.identifier} and its keys at {base}{JWKS_PATH}{advice}"
    )
