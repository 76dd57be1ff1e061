# DEV-ONLY: never ship to production.
"""`token-issuer google`."""

import argparse
import logging
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from token_issuer.cli.commands.front_options import add_front_options, open_issuer
from token_issuer.cli.options import ENVIRONMENT_NOTE, add_env_file
from token_issuer.cli.parser import Parser
from token_issuer.cli.settings import read_settings
from token_issuer.config.environment import copy_environment
from token_issuer.front.command import SignalForwarder

logger = logging.getLogger(__name__)

_EXAMPLES: Final = """\
examples:
  token-issuer google -- python3 app.py
  token-issuer google --allow pypi.org --allow '*.example.com' -- npm test
  token-issuer google --url http://localhost:8081 -- mvn verify"""
_VARIABLES: Final = """\
CMD gets HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE,
NODE_EXTRA_CA_CERTS, NODE_USE_ENV_PROXY, HTTPLIB2_CA_CERTS, JAVA_TOOL_OPTIONS,
GCE_METADATA_HOST, GCE_METADATA_IP, GOOGLE_CLOUD_PROJECT, and the address of the issuer as
TOKEN_ISSUER_HOST and TOKEN_ISSUER_PORT. Signals are passed on to it."""
_EXIT_CODES: Final = (
    "exit codes: that of CMD, 128 and the number of the signal that ended it, 127 CMD not found,\n"
    "126 CMD cannot be executed; before CMD starts: 1 refused or failed, 2 wrong usage or settings"
)


def add_options(parser: Parser) -> None:
    """Add the options of `google`."""
    parser.usage = "%(prog)s [OPTION]... -- CMD [ARG]..."
    parser.epilog = f"{_EXAMPLES}\n\n{_VARIABLES}\n\n{_EXIT_CODES}\n\n{ENVIRONMENT_NOTE}"
    parser.needs_separator = True
    add_env_file(parser)
    add_front_options(
        parser,
        "certificates in PEM form that CMD trusts for other connections (default: those of this "
        "machine)",
    )
    parser.add_argument("command_line", nargs="+", metavar="CMD", help="the command to run")


def run(args: argparse.Namespace) -> int:
    """Run a command to which the issuer looks like Google, and return its exit status.

    Raises:
        TokenIssuerError: production, wrong settings or options, no issuer answers, or the command
            cannot be started.
    """
    settings = read_settings(args)
    signals = SignalForwarder()
    signals.install()
    from token_issuer.front.running import (  # noqa: PLC0415  # see serve
        LOOPBACK,
        create_identity,
        run_front,
    )
    from token_issuer.front.trust import (  # noqa: PLC0415  # see serve
        find_roots,
        read_roots,
        write_trust_files,
    )
    from token_issuer.front.variables import build_variables  # noqa: PLC0415  # see serve
    from token_issuer.server.server import configure_logging, listen  # noqa: PLC0415  # see serve

    configure_logging(settings)
    environ = copy_environment()
    roots = find_roots(environ) if args.roots is None else read_roots(args.roots, "--roots")
    if not roots:
        logger.warning(
            "no certificates of this machine were found, so CMD trusts Google's names only; name "
            "a file of certificates: --roots FILE"
        )
    with ExitStack() as stack:
        issuer = stack.enter_context(open_issuer(args, replace(settings, host=LOOPBACK)))
        identity = create_identity()
        listener = stack.enter_context(listen(LOOPBACK, 0))
        proxy = stack.enter_context(run_front(listener, issuer, args.allow, identity))
        files = stack.enter_context(write_trust_files(roots, identity.certificate_pem))
        variables = build_variables(
            environ, proxy=proxy, issuer=issuer, files=files, project=settings.google_project
        )
        return signals.run(args.command_line, variables)
