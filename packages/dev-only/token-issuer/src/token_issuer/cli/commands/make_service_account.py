# DEV-ONLY: never ship to production.
"""`token-issuer make-service-account`."""

import argparse
from pathlib import Path
from typing import Final

from token_issuer.cli.options import (
    ENVIRONMENT,
    EXIT_CODES,
    add_env_file,
    add_issuer_name,
    add_url,
)
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser, explain_with, parse_filled, parse_path
from token_issuer.cli.settings import choose_issuer, locate_issuer, read_settings
from token_issuer.config.parsers import ACCOUNT_DOMAIN, parse_project
from token_issuer.config.settings import Settings
from token_issuer.errors import InvalidInputError, show_path
from token_issuer.google.key_files import (
    MAX_KEY_FILE_BYTES,
    AccountKey,
    build_key_file,
    check_email,
    derive_client_id,
    encode_key_file,
    generate_account_key,
)
from token_issuer.google.service_accounts import ServiceAccount
from token_issuer.keys.storage.files import create_file, exists, read_file

_DEFAULT_NAME: Final = "app"
_EXAMPLES: Final = """\
examples:
  token-issuer make-service-account key.json
  token-issuer make-service-account key.json --email worker@my-project.iam.gserviceaccount.com
  token-issuer make-service-account key.json --url http://token-issuer:8081"""


def add_options(parser: Parser) -> None:
    """Add the options of `make-service-account`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}"
    add_env_file(parser)
    parser.add_argument(
        "file", type=parse_path, metavar="FILE", help="key file to write; it must not exist yet"
    )
    parser.add_argument(
        "--email",
        type=parse_filled,
        help=f"email of the account (default: {_DEFAULT_NAME}@PROJECT{ACCOUNT_DOMAIN})",
    )
    parser.add_argument(
        "--project",
        type=explain_with(parse_project),
        help="project of the account (default: that of the email, or TOKEN_ISSUER_GOOGLE_PROJECT)",
    )
    add_url(parser, "URL by which the application reaches the issuer")
    add_issuer_name(parser)


def run(args: argparse.Namespace) -> int:
    """Write the key file of a service account, and print its email.

    Raises:
        TokenIssuerError: production, wrong settings or options, or the file cannot be written.
    """
    settings = read_settings(args)
    project = args.project or settings.google_project
    email = check_email(args.email or f"{_DEFAULT_NAME}@{project}{ACCOUNT_DOMAIN}")
    account = ServiceAccount(email, derive_client_id(email))
    url = _choose_url(args, settings)
    _check_path(args.file)
    key = AccountKey(email, account.client_id, generate_account_key())
    document = build_key_file(key, args.project or account.project, url)
    data = encode_key_file(document)
    create_file(args.file, data, mode=0o600)
    if read_file(args.file, MAX_KEY_FILE_BYTES) != data:  # another process was faster
        _check_path(args.file)
    write_output(
        f"{show_path(args.file)}: {email}, key {key.key.kid}, token_uri {document['token_uri']} "
        "(DEV ONLY)\n"
    )
    return 0


def _choose_url(args: argparse.Namespace, settings: Settings) -> str:
    if args.url is None:
        public_url = choose_issuer(settings, args.issuer_name).public_url
        if public_url is not None:
            return public_url
    return locate_issuer(args.url, settings, args.issuer_name)


def _check_path(path: Path) -> None:
    if exists(path):
        message = f"FILE: {show_path(path)} exists already; remove it, or choose another name"
        raise InvalidInputError(message, "FILE")
    if not path.parent.is_dir():
        message = f"FILE: the directory {show_path(path.parent)} does not exist; create it first"
        raise InvalidInputError(message, "FILE")
