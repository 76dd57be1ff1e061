# DEV-ONLY: never ship to production.
"""`token-issuer keys list|rotate|remove`."""

import argparse
import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import msgspec
from jwt_core import Algorithm

from token_issuer.cli.options import (
    ENVIRONMENT,
    EXIT_CODES,
    add_env_file,
    add_issuer_name,
    add_override,
    add_url,
)
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser, parse_filled
from token_issuer.cli.settings import choose_issuer, locate_issuer, read_settings, signs_offline
from token_issuer.config.choices import ALGORITHMS, RotationMode
from token_issuer.config.declaration import PREFIX
from token_issuer.config.settings import Settings
from token_issuer.keys.description import KeyDescription, KeyList, describe_key, describe_keys
from token_issuer.keys.factory import load_keys
from token_issuer.keys.rotation_plan import parse_rotation_duration
from token_issuer.keys.service import KeyService
from token_issuer.paths import ADMIN_KEYS_PATH, ADMIN_ROTATE_PATH
from token_issuer.remote_issuer import fetch_json

_EXAMPLES: Final = """\
examples:
  token-issuer keys list
  token-issuer keys rotate --lead 5s
  token-issuer keys rotate --keys-dir ./keys --mode emergency
  token-issuer keys remove --url http://localhost:8081 dev-key
  token-issuer keys list --issuer-name staff"""


def add_options(parser: Parser) -> None:
    """Add the three actions of `keys`, and their options."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}"
    add_env_file(parser)
    listing = _add_action(parser, "list", "list the keys, oldest first")
    listing.add_argument("--json", action="store_true", help="print the keys as JSON")
    rotation = _add_action(parser, "rotate", "add a key that replaces the signing key")
    rotation.add_argument(
        "--mode",
        default=RotationMode.GRACEFUL.value,
        choices=tuple(mode.value for mode in RotationMode),
        help="graceful: publish the new key first, and keep the old one published while its tokens "
        "are valid; emergency: sign with the new key at once and remove all others, as after a "
        "theft; sign-before-publish: sign before the key is published, a mistake that causes "
        "outages (default graceful)",
    )
    rotation.add_argument(
        "--alg", default="RS256", choices=ALGORITHMS, help="algorithm of the key (default RS256)"
    )
    rotation.add_argument(
        "--lead",
        type=parse_filled,
        metavar="DURATION",
        help="how long the new key is published before it signs (default: one second more than "
        "key documents may be cached; 18h with the rotation plan google)",
    )
    rotation.add_argument(
        "--retention",
        type=parse_filled,
        metavar="DURATION",
        help="how long the old key stays published after its last signature (default: the "
        "lifetime of a token plus the time for which key documents may be cached; 8d with the "
        "rotation plan google)",
    )
    removal = _add_action(parser, "remove", "remove a key at once")
    removal.add_argument("kid", type=parse_filled, metavar="KID", help="kid of the key")


def _add_action(parser: Parser, name: str, summary: str) -> Parser:
    action = parser.add_command(name, metavar="ACTION", summary=summary)
    source = action.add_mutually_exclusive_group()
    add_override(
        source,
        "keys_dir",
        "key directory; an issuer that uses it picks up changes while it runs",
    )
    add_url(source, "URL of a running issuer", f" [secret: {PREFIX}ADMIN_TOKEN]")
    add_issuer_name(action)
    return action


def run(args: argparse.Namespace) -> int:
    """List, rotate or remove keys in a key directory, or at a running issuer.

    The directory is `--keys-dir` or `PERSIST_KEYS_DIR`; the issuer is `--url` or the local one.
    Keys that are derived from a seed can only be listed.

    Raises:
        TokenIssuerError: the environment is production, a setting is wrong, the keys are unusable,
            no issuer answers, or the issuer rejects the request.
    """
    settings = read_settings(args)
    if signs_offline(args, settings):
        chosen = choose_issuer(settings, args.issuer_name)
        response = _call_service(args, load_keys(chosen, args.issuer_name or ""))
    else:
        response = _request_issuer(args, settings)
    write_output(_render(args, response))
    return 0


def _request_issuer(args: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    base = locate_issuer(args.url, settings, args.issuer_name)
    fetch = partial(fetch_json, secret=settings.admin_token, ca_files=settings.ca_files)
    match args.action:
        case "rotate":
            body = {"mode": args.mode, "alg": args.alg}
            body |= {"lead": args.lead} if args.lead else {}
            body |= {"retention": args.retention} if args.retention else {}
            data = json.dumps(body).encode()
            return fetch(f"{base}{ADMIN_ROTATE_PATH}", post=data)
        case "remove":
            url = f"{base}{ADMIN_KEYS_PATH}/{quote(args.kid, safe='')}"
            return fetch(url, method="DELETE")
        case _:
            return fetch(f"{base}{ADMIN_KEYS_PATH}")


def _call_service(args: argparse.Namespace, keys: KeyService) -> dict[str, Any]:
    match args.action:
        case "rotate":
            entry = keys.rotate(
                RotationMode(args.mode),
                Algorithm(args.alg),
                lead=parse_rotation_duration("lead", args.lead),
                retention=parse_rotation_duration("retention", args.retention),
            )
            response: KeyDescription | KeyList = describe_key(entry, keys.clock())
        case "remove":
            keys.remove(args.kid)
            response = describe_keys(keys)
        case _:
            response = describe_keys(keys)
    described: dict[str, Any] = msgspec.to_builtins(response)
    return described


def _render(args: argparse.Namespace, response: Mapping[str, Any]) -> str:
    if args.action == "list" and args.json:
        return f"{json.dumps(response)}\n"
    keys = [response] if args.action == "rotate" else response["keys"]
    width = max(len(key["kid"]) for key in keys)
    return "".join(
        f"{key['kid']:<{width}}  {key['alg']:<5}  {key['state']:<9}  {_explain(key)}\n"
        for key in keys
    )


def _explain(key: Mapping[str, Any]) -> str:
    """Return the next event in the life of a key, or the last one."""
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
