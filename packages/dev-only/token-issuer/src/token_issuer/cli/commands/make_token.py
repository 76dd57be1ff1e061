# DEV-ONLY: never ship to production.
"""`token-issuer make-token`."""

import argparse
import json
import os
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from jwt_core import strict_json

from token_issuer.cli.batch.processes import make_blocks_in_processes
from token_issuer.cli.batch.threads import make_blocks_in_threads
from token_issuer.cli.options import (
    ENVIRONMENT,
    EXIT_CODES,
    add_env_file,
    add_issuer_name,
    add_override,
    add_url,
)
from token_issuer.cli.output.file import OutputFile
from token_issuer.cli.output.stdout import write_parts
from token_issuer.cli.parser import Parser, parse_filled, parse_path
from token_issuer.cli.settings import (
    choose_issuer,
    locate_issuer,
    predict_issuer_url,
    read_settings,
    signs_offline,
)
from token_issuer.cli.token_fields import add_claims, collect_fields
from token_issuer.config.choices import ALGORITHMS
from token_issuer.config.issuers import resolve_issuer
from token_issuer.config.profiles import BUILT_IN
from token_issuer.config.settings import SELF, Settings
from token_issuer.errors import InvalidInputError
from token_issuer.keys.factory import load_keys
from token_issuer.paths import TOKEN_PATH
from token_issuer.remote_issuer import KeptConnections
from token_issuer.server.signals import exit_on_signals
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

_CONNECTIONS: Final = 4  # enough to keep an issuer busy while it still answers others
_MAX_TOKENS: Final = 10_000_000
_TOKEN_OPTIONS: Final = (
    ("sub", "subject: the sub claim"),
    ("iss", "issuer: the iss claim"),
    ("kid", "kid of the signing key (default: that of the active key)"),
    (
        "alg",
        f"algorithm of the signature: {', '.join(ALGORITHMS)} (default: that of the profile)",
    ),
    (
        "profile",
        f"default claims and lifetime: {', '.join(BUILT_IN)}, or a name from the profiles file",
    ),
    ("exp", "expiry: 15m or 2h from now, -5m for an expired token, or seconds since 1970"),
    ("now", "time of issue: seconds since 1970, or RFC 3339 text such as 2026-03-01T12:00:00Z"),
    ("scope", "the scope claim: words separated by spaces"),
    ("claims", "further claims as a JSON object"),
    ("defect", "id of a defect for the token to have; token-issuer defects lists them"),
)
_EXAMPLES: Final = """\
examples:
  token-issuer make-token --sub alice
  token-issuer make-token --keys-dir ./keys --exp 2h --claim role=admin --claim level:=5
  token-issuer make-token --url http://localhost:8081 --exp -5m --json
  token-issuer make-token --keys-dir ./keys --count 100000 --output tokens.txt
  curl -H "Authorization: Bearer $(token-issuer make-token --sub alice)" localhost:8080/"""


def add_options(parser: Parser) -> None:
    """Add the options of `make-token`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}\n\n{ENVIRONMENT}"
    add_env_file(parser)
    source = parser.add_mutually_exclusive_group()
    add_override(source, "keys_dir", "sign offline with the keys in DIR")
    add_url(source, "URL of the issuer that signs")
    add_issuer_name(parser)
    for name, description in _TOKEN_OPTIONS:
        parser.add_argument(
            f"--{name}",
            dest=f"field_{name}",
            type=parse_filled,
            choices=ALGORITHMS if name == "alg" else None,
            metavar=name.upper(),
            help=description,
        )
    add_claims(parser)
    parser.add_argument(
        "--json", action="store_true", help="print the whole token response as JSON"
    )
    parser.add_argument(
        "--count",
        type=_parse_count,
        default=1,
        metavar="N",
        help="number of tokens, one on each line, each with a different jti (default 1)",
    )
    parser.add_argument(
        "--output",
        type=parse_path,
        metavar="FILE",
        help="write to FILE instead of standard output; FILE is replaced atomically",
    )


def _parse_count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,8}", text) or not 1 <= int(text) <= _MAX_TOKENS:
        message = f"expected a whole number from 1 to {_MAX_TOKENS}, got {text[:40]!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


class _TokenSource(NamedTuple):
    """A source of tokens: keys of this machine or a running issuer.

    Attributes:
        issue: Returns the response to a token request, with a new token each time.
        make_blocks: Makes lines of such responses in parallel.
        workers: The number of threads or processes of *make_blocks*.
    """

    issue: Callable[[], Mapping[str, Any]]
    make_blocks: Callable[[Callable[[], str], int, int], Generator[str, None, None]]
    workers: int


def run(args: argparse.Namespace) -> int:
    """Write tokens, from a key directory, a seed, `--url` or the local issuer.

    Raises:
        TokenIssuerError: the environment is production, a setting or field is wrong, the keys are
            unusable, or no issuer answers.
    """
    settings = read_settings(args)
    fields = collect_fields(args)
    if args.count > 1 and "jti" in fields.get("claims", {}):
        message = (
            "--count and claims.jti contradict each other: each token gets a different jti; "
            "leave one out"
        )
        raise InvalidInputError(message, "count", "claims.jti")
    with _open_source(args, settings, fields) as source:

        def make_line() -> str:
            response = source.issue()
            return f"{json.dumps(response) if args.json else response['access_token']}\n"

        with closing(source.make_blocks(make_line, args.count, source.workers)) as blocks:
            _write(blocks, args.output)
    return 0


@contextmanager
def _open_source(
    args: argparse.Namespace, settings: Settings, fields: Mapping[str, Any]
) -> Iterator[_TokenSource]:
    if not signs_offline(args, settings):
        body = _encode_fields(fields)
        url = locate_issuer(args.url, settings, args.issuer_name)
        with KeptConnections(f"{url}{TOKEN_PATH}", settings.ca_files) as issuer:
            yield _TokenSource(
                lambda: issuer.fetch_json(body), make_blocks_in_threads, _CONNECTIONS
            )
    else:
        chosen = choose_issuer(settings, args.issuer_name)
        if chosen.issuer == SELF:
            url = chosen.public_url or predict_issuer_url(settings, args.issuer_name)
            chosen = resolve_issuer(chosen, url)
        keys = load_keys(chosen, args.issuer_name or "")
        issue, request = Issuer(chosen, keys).issue, convert_parameters(fields)
        cores = os.cpu_count() or 1
        yield _TokenSource(
            lambda: msgspec.to_builtins(issue(request)), make_blocks_in_processes, cores
        )


def _encode_fields(fields: Mapping[str, Any]) -> bytes:
    try:
        return strict_json.encode_object(fields)
    except ValueError as error:
        message = f"the options cannot be sent as JSON: {error}"
        raise InvalidInputError(message) from error


def _write(blocks: Iterator[str], path: Path | None) -> None:
    if path is None:
        write_parts(blocks)
        return
    file = OutputFile("--output", path)

    def leave(exit_code: int) -> None:
        file.discard()
        os._exit(exit_code)  # at once: a thread may be waiting for a response

    exit_on_signals(leave=leave)
    with file:
        for block in blocks:
            file.write(block)
