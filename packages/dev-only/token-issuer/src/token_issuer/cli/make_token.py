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
from token_issuer.client import fetch_json
from token_issuer.errors import TokenRequestError
from token_issuer.issuing import Issuer
from token_issuer.parameters import convert_parameters, parse_text_parameter


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


def collect_fields(args: argparse.Namespace) -> dict[str, Any]:
    """Return the fields of a token request that the options ask for.

    Raises:
        TokenRequestError: one is wrong.
    """
    fields: dict[str, Any] = {
        name: parse_text_parameter(name, text)
        for name in ("sub", "iss", "kid", "alg", "profile", "exp", "now", "scope", "claims")
        if (text := getattr(args, f"field_{name}", None)) is not None
    }
    if args.field_aud:
        fields["aud"] = args.field_aud if len(args.field_aud) > 1 else args.field_aud[0]
    for text in args.claim:
        name, value = _parse_claim(text)
        if name in fields.setdefault("claims", {}):
            msg = f"--claim: '{name}' is given more than once"
            raise TokenRequestError(msg, name)
        fields["claims"][name] = value
    return fields


def _encode_fields(fields: dict[str, Any]) -> bytes:
    try:
        return strict_json.encode_object(fields)
    except ValueError as error:
        msg = f"the options cannot be sent as JSON: {error}"
        raise TokenRequestError(msg) from error


def _parse_claim(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.rstrip(":"):
        msg = f"--claim: expected NAME=TEXT or NAME:=JSON, got '{text[:40]}'"
        raise TokenRequestError(msg, "claim")
    if not name.endswith(":"):
        return name, value
    try:
        return name[:-1], json.loads(value)
    except (ValueError, RecursionError) as error:
        msg = (
            f"--claim: '{name[:-1]}' is not JSON that can be read; for text write {name[:-1]}=TEXT"
        )
        raise TokenRequestError(msg, "claim") from error
