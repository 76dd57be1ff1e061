# DEV-ONLY: never ship to production.
"""`token-issuer make-token`."""

import argparse
import json
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from jwt_core import strict_json

from token_issuer.cli.batch.processes import make_blocks_by_processes
from token_issuer.cli.batch.threads import make_blocks
from token_issuer.cli.issuer_url import locate_issuer
from token_issuer.cli.options.token_fields import collect_fields
from token_issuer.cli.output.file import OutputFile
from token_issuer.cli.output.stdout import write_parts
from token_issuer.cli.settings import read_settings
from token_issuer.config.settings import Settings
from token_issuer.errors import TokenRequestError
from token_issuer.remote_issuer import KeptConnections
from token_issuer.server.signals import exit_on_signals
from token_issuer.tokens.factory import build_key_service, load_store
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

_CONNECTIONS: Final = 4  # keep an issuer busy, and leave it some time for others


class _Mint(NamedTuple):
    """Where tokens come from.

    Attributes:
        issue: Returns an answer with one more token.
        make_blocks: Lets several workers make lines from such answers, each at the same time.
        workers: How many.
    """

    issue: Callable[[], Mapping[str, Any]]
    make_blocks: Callable[[Callable[[], str], int, int], Generator[str, None, None]]
    workers: int


def run(args: argparse.Namespace) -> int:
    """Write tokens, from `--keys-dir`, `--url`, `PERSIST_KEYS_DIR` or the local issuer.

    Raises:
        TokenIssuerError: production, wrong settings or fields, unusable keys, or no issuer.
    """
    settings = read_settings(args)
    fields = collect_fields(args)
    if args.count > 1 and "jti" in fields.get("claims", {}):
        message = "--count and claims.jti contradict each other: each token gets a jti of its own"
        raise TokenRequestError(message, "claims.jti")
    with _open_mint(args, settings, fields) as mint:

        def make_line() -> str:
            answer = mint.issue()
            return f"{json.dumps(answer) if args.json else answer['access_token']}\n"

        with closing(mint.make_blocks(make_line, args.count, mint.workers)) as blocks:
            _write(blocks, args.output)
    return 0


@contextmanager
def _open_mint(
    args: argparse.Namespace, settings: Settings, fields: Mapping[str, Any]
) -> Iterator[_Mint]:
    if settings.keys_dir is None or args.url is not None:
        body = _encode_fields(fields)
        with KeptConnections(f"{locate_issuer(args.url, settings)}/token") as issuer:
            yield _Mint(lambda: issuer.fetch_json(body), make_blocks, _CONNECTIONS)
    else:
        keys = build_key_service(settings, load_store(settings.keys_dir, settings))
        issue, request = Issuer(settings, keys).issue, convert_parameters(fields)
        cores = os.cpu_count() or 1
        yield _Mint(lambda: msgspec.to_builtins(issue(request)), make_blocks_by_processes, cores)


def _encode_fields(fields: Mapping[str, Any]) -> bytes:
    try:
        return strict_json.encode_object(fields)
    except ValueError as error:
        message = f"the options cannot be sent as JSON: {error}"
        raise TokenRequestError(message) from error


def _write(blocks: Iterator[str], path: Path | None) -> None:
    if path is None:
        write_parts(blocks)
        return
    file = OutputFile("--output", path)

    def leave(exit_code: int) -> None:
        file.discard()
        os._exit(exit_code)  # no thread has anything to lose

    exit_on_signals(leave=leave)
    with file:
        for block in blocks:
            file.write(block)
