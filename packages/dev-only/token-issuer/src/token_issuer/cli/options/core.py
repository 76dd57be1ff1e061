# DEV-ONLY: never ship to production.
"""The commands and their options."""

import argparse
import re
from collections.abc import Iterable
from typing import Any, Final

from token_issuer.cli.options.parser import (
    add_claims,
    add_command,
    add_override,
    add_url,
    parse_filled,
    parse_path,
)
from token_issuer.config.choices import ALGORITHMS, RotationMode
from token_issuer.config.setting import PREFIX
from token_issuer.config.settings import SETTINGS

_MAX_TOKENS: Final = 10_000_000

_SERVE_EXAMPLES: Final = """\
examples:
  token-issuer
  token-issuer serve --host 0.0.0.0 --port 8081
  token-issuer serve --keys-dir ./keys"""
_KEYS_EXAMPLES: Final = """\
examples:
  token-issuer make-keys ./keys"""
_MINTING_EXAMPLES: Final = """\
examples:
  token-issuer make-token --sub alice
  token-issuer make-token --keys-dir ./keys --exp 2h --claim role=admin --claim level:=5
  token-issuer make-token --url http://localhost:8081 --exp -5m --json
  token-issuer make-token --keys-dir ./keys --count 100000 --output tokens.txt
  curl -H "Authorization: Bearer $(token-issuer make-token --sub alice)" localhost:8080/"""
_KEY_RING_EXAMPLES: Final = """\
examples:
  token-issuer keys list
  token-issuer keys rotate --lead 5s
  token-issuer keys rotate --keys-dir ./keys --mode emergency
  token-issuer keys remove --url http://localhost:8081 dev-key"""
_HEALTH_EXAMPLES: Final = """\
examples:
  token-issuer health
  token-issuer health --url http://localhost:8081"""


def add_serve(commands: Any) -> None:
    """Add the command `serve`."""
    parser = add_command(
        commands,
        "serve",
        summary="serve tokens and public keys over HTTP",
        examples=_SERVE_EXAMPLES,
    )
    for setting in SETTINGS:
        if setting.option is not None:
            add_override(parser, setting.name)


def add_make_keys(commands: Any) -> None:
    """Add the command `make-keys`."""
    parser = add_command(
        commands,
        "make-keys",
        summary="make a key pair in a directory, or name the one there; nothing is overwritten",
        examples=_KEYS_EXAMPLES,
    )
    parser.add_argument("directory", type=parse_path, metavar="DIR", help="created where missing")


def add_make_token(commands: Any) -> None:
    """Add the command `make-token`."""
    parser = add_command(
        commands,
        "make-token",
        summary="print a token, made offline from a key directory or by a running issuer",
        examples=_MINTING_EXAMPLES,
    )
    source = parser.add_mutually_exclusive_group()
    add_override(source, "keys_dir", "offline, with the key of DIR")
    add_url(source, "a running issuer")
    for name, description in _TOKEN_OPTIONS:
        parser.add_argument(
            f"--{name}", dest=f"field_{name}", metavar=name.upper(), help=description
        )
    add_claims(parser)
    parser.add_argument(
        "--json", action="store_true", help="print the whole answer instead of the bare token"
    )
    parser.add_argument(
        "--count",
        type=_parse_count,
        default=1,
        metavar="N",
        help="that many tokens, each with a jti of its own, one a line; NDJSON with --json",
    )
    parser.add_argument(
        "--output",
        type=parse_path,
        metavar="FILE",
        help="write to FILE, which is replaced as a whole, instead of standard output",
    )


def _parse_count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,8}", text) or not 1 <= int(text) <= _MAX_TOKENS:
        message = f"expected a whole number from 1 to {_MAX_TOKENS}, got {text[:40]!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


_TOKEN_OPTIONS: Iterable[tuple[str, str]] = (
    ("sub", "subject"),
    ("iss", "issuer"),
    ("kid", "name of the signing key"),
    ("alg", f"algorithm: {', '.join(ALGORITHMS)}; its active key signs"),
    ("profile", "claims and lifetime: plain, google or a name from the profiles file"),
    ("exp", "expiry: 15m, 2h, -5m (already expired) from now, or a NumericDate"),
    ("now", "when the token is made: a NumericDate, or such as 2026-03-01T12:00:00Z"),
    ("scope", "scope, words separated by spaces"),
    ("claims", "more claims as a JSON object"),
    ("defect", "what is to be wrong with it: an id that token-issuer defects lists"),
)


def add_health(commands: Any) -> None:
    """Add the command `health`."""
    parser = add_command(
        commands,
        "health",
        summary="ask a running issuer whether it is up, as a container's health check does",
        examples=_HEALTH_EXAMPLES,
    )
    add_url(parser, "base URL")


def add_keys(commands: Any) -> None:
    """Add the command `keys` with its three actions."""
    parser = add_command(
        commands,
        "keys",
        summary="list, rotate or remove keys, of a running issuer or in a key directory",
        examples=_KEY_RING_EXAMPLES,
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    listing = _add_action(actions, "list", "list the keys, oldest first")
    listing.add_argument("--json", action="store_true", help="print the whole description")
    rotation = _add_action(actions, "rotate", "let a new key take over")
    rotation.add_argument(
        "--mode",
        default=RotationMode.GRACEFUL,
        choices=tuple(RotationMode),
        help="graceful: published first, the old key stays for its tokens; emergency: active at "
        "once, all others removed at once; sign-before-publish: the fault that causes outages "
        "(default graceful)",
    )
    rotation.add_argument(
        "--alg", default="RS256", choices=ALGORITHMS, help="whose key (default RS256)"
    )
    rotation.add_argument(
        "--lead",
        type=parse_filled,
        metavar="DURATION",
        help="how long the new key is published before it signs (default: a second more than key "
        "documents may be cached; 18h of the rotation google)",
    )
    rotation.add_argument(
        "--retention",
        type=parse_filled,
        metavar="DURATION",
        help="how long the old key stays published afterwards (default: as long as tokens live and "
        "documents may be cached; 8d of the rotation google)",
    )
    removal = _add_action(actions, "remove", "remove a key at once")
    removal.add_argument("kid", type=parse_filled, metavar="KID", help="its name")


def _add_action(actions: Any, name: str, summary: str) -> Any:
    action = actions.add_parser(
        name, help=summary, description=f"DEV ONLY: {summary}.", allow_abbrev=False
    )
    source = action.add_mutually_exclusive_group()
    add_override(source, "keys_dir", "in this directory; who serves it sees it")
    add_url(source, "a running issuer", f"; {PREFIX}ADMIN_TOKEN is the secret that it asks for")
    return action
