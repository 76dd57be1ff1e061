# DEV-ONLY: never ship to production.
"""`token-issuer make-token`."""

import argparse
import json
from typing import Any

import msgspec
from jwt_core import strict_json

from token_issuer.assembly import build_key_service, load_store
from token_issuer.cli.configuration import read_settings
from token_issuer.cli.location import locate_issuer
from token_issuer.cli.output import write_output
from token_issuer.cli.token_fields import collect_fields
from token_issuer.client import fetch_json
from token_issuer.errors import TokenRequestError
from token_issuer.issuing import Issuer
from token_issuer.parameters import convert_parameters


def run(args: argparse.Namespace) -> int:
    """Print a token, from `--keys-dir`, `--url`, `PERSIST_KEYS_DIR` or the local issuer.

    Raises:
        TokenIssuerError: production, wrong settings or fields, unusable keys, or no issuer.
    """
    settings = read_settings(args)
    fields = collect_fields(args)
    if settings.keys_dir is None or args.url is not None:
        url = locate_issuer(args.url, settings)
        answer = fetch_json(f"{url}/token", post=_encode_fields(fields))
    else:
        keys = build_key_service(settings, load_store(settings.keys_dir, settings))
        response = Issuer(settings, keys).issue(convert_parameters(fields))
        answer = msgspec.to_builtins(response)
    write_output(f"{json.dumps(answer) if args.json else answer['access_token']}\n")
    return 0


def _encode_fields(fields: dict[str, Any]) -> bytes:
    try:
        return strict_json.encode_object(fields)
    except ValueError as error:
        msg = f"the options cannot be sent as JSON: {error}"
        raise TokenRequestError(msg) from error
