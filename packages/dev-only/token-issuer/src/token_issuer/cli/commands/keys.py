# DEV-ONLY: never ship to production.
"""`token-issuer keys list|rotate|remove`."""

import argparse
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from jwt_core import Algorithm

from token_issuer.cli.issuer_url import locate_issuer
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.settings import read_settings
from token_issuer.config.choices import RotationMode
from token_issuer.config.settings import Settings
from token_issuer.keys.description import KeyDescription, KeyList, describe_key, describe_keys
from token_issuer.keys.rotation_plan import parse_rotation_duration
from token_issuer.keys.service import KeyService
from token_issuer.remote_issuer import fetch_json
from token_issuer.tokens.factory import build_key_service, load_store


def run(args: argparse.Namespace) -> int:
    """Do it in `--keys-dir`, at `--url`, in `PERSIST_KEYS_DIR`, or at the local issuer.

    Raises:
        TokenIssuerError: production, wrong settings, unusable keys, no issuer, or it refuses.
    """
    settings = read_settings(args)
    if settings.keys_dir is None or args.url is not None:
        answer = _ask_issuer(args, settings)
    else:
        store = load_store(settings.keys_dir, settings)
        answer = _change_directory(args, build_key_service(settings, store))
    write_output(_render(args, answer))
    return 0


def _ask_issuer(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    url = f"{locate_issuer(args.url, settings)}/admin/keys"
    secret = settings.admin_token
    match args.action:
        case "rotate":
            body = {"mode": args.mode, "alg": args.alg}
            body |= {"lead": args.lead} if args.lead else {}
            body |= {"retention": args.retention} if args.retention else {}
            return fetch_json(f"{url}/rotate", post=json.dumps(body).encode(), secret=secret)
        case "remove":
            return fetch_json(f"{url}/{quote(args.kid, safe='')}", method="DELETE", secret=secret)
        case _:
            return fetch_json(url, secret=secret)


def _change_directory(args: argparse.Namespace, keys: KeyService) -> dict[str, Any]:
    match args.action:
        case "rotate":
            entry = keys.rotate(
                RotationMode(args.mode),
                Algorithm(args.alg),
                lead=parse_rotation_duration("lead", args.lead),
                retention=parse_rotation_duration("retention", args.retention),
            )
            answer: KeyDescription | KeyList = describe_key(entry, keys.clock())
        case "remove":
            keys.remove(args.kid)
            answer = describe_keys(keys)
        case _:
            answer = describe_keys(keys)
    described: dict[str, Any] = msgspec.to_builtins(answer)
    return described


def _render(args: argparse.Namespace, answer: Mapping[str, Any]) -> str:
    if args.action == "list" and args.json:
        return f"{json.dumps(answer)}\n"
    keys = [answer] if args.action == "rotate" else answer["keys"]
    width = max(len(key["kid"]) for key in keys)
    return "".join(
        f"{key['kid']:<{width}}  {key['alg']:<5}  {key['state']:<9}  {_explain(key)}\n"
        for key in keys
    )


def _explain(key: Mapping[str, Any]) -> str:
    """Say what comes next in the life of a key, or what came last."""
    match key["state"]:
        case "published":
            return f"signs from {key['active_at']}"
        case "active" if not key["published"]:
            return f"signs since {key['active_at']}, and is not published"
        case "active":
            return f"signs since {key['active_at']}"
        case "retired":
            return f"published until {key['removed_at']}"
        case _:
            return f"removed at {key['removed_at']}"
