# DEV-ONLY: never ship to production.
"""`token-issuer front`."""

import argparse
import threading
from contextlib import ExitStack
from typing import Final

from token_issuer.cli.commands.front_options import add_front_options, open_issuer
from token_issuer.cli.options import ENVIRONMENT_NOTE, EXIT_CODES, add_env_file, add_override
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser, explain_with
from token_issuer.cli.settings import read_settings
from token_issuer.config.environment import copy_environment
from token_issuer.config.parsers import parse_port
from token_issuer.errors import AuthorityExpiredError
from token_issuer.server.signals import exit_on_signals
from token_issuer.timing.elapsed import read_system_time

DEFAULT_PORT: Final = 3128  # as of other forward proxies
_EXAMPLES: Final = """\
examples:
  token-issuer front --tls-ca ca.pem
  token-issuer front --tls-ca ca.pem --url http://token-issuer:8081 --allow pypi.org"""
_LISTEN_OPTIONS: Final = "TOKEN_ISSUER_HOST (--host) and --port"


def add_options(parser: Parser) -> None:
    """Add the options of `front`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT_NOTE}"
    add_env_file(parser)
    add_override(parser, "host", "loopback or private address to listen on")
    add_override(
        parser,
        "tls_ca",
        "file that the certificate of the CA is written to, which clients must trust; it is valid "
        "for one day, after which the command ends",
    )
    parser.add_argument(
        "--port",
        type=explain_with(parse_port),
        default=DEFAULT_PORT,
        metavar="PORT",
        help=f"port to listen on, 0 for any free one (default {DEFAULT_PORT})",
    )
    add_front_options(
        parser, "certificates in PEM form to write into the CA file as well (default: none)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the proxy until SIGTERM or SIGINT.

    Raises:
        TokenIssuerError: production, wrong settings or options, no issuer answers, the address is
            taken or public, the CA file cannot be written, or the CA has expired.
    """
    settings = read_settings(args)
    stopped = threading.Event()
    exit_on_signals(leave=lambda _exit_code: stopped.set())
    from token_issuer.front.addresses import check_listening_host  # noqa: PLC0415  # see serve
    from token_issuer.front.running import create_identity, run_front  # noqa: PLC0415  # see serve
    from token_issuer.front.trust import read_roots  # noqa: PLC0415  # see serve
    from token_issuer.server.ca_file import write_ca_file  # noqa: PLC0415  # see serve
    from token_issuer.server.server import configure_logging, listen  # noqa: PLC0415  # see serve

    configure_logging(settings)
    check_listening_host(settings.host, copy_environment())
    roots = () if args.roots is None else read_roots(args.roots, "--roots")
    with ExitStack() as stack:
        issuer = stack.enter_context(open_issuer(args, settings))
        identity = create_identity()
        listener = stack.enter_context(listen(settings.host, args.port, options=_LISTEN_OPTIONS))
        url = stack.enter_context(run_front(listener, issuer, args.allow, identity))
        write_ca_file(settings.tls_ca, "\n".join((identity.certificate_pem.strip(), *roots, "")))
        write_output(
            f"token-issuer (DEV ONLY, never production) answers Google's names on {url}\n"
            f"Leads to the issuer {issuer}; the CA is in {settings.tls_ca}\n"
            f"Try: curl --proxy {url} --cacert {settings.tls_ca} "
            "https://www.googleapis.com/oauth2/v3/certs\n"
        )
        if not stopped.wait((identity.expires_at - read_system_time()).total_seconds()):
            raise AuthorityExpiredError
    return 0
