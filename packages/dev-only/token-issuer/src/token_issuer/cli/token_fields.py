# DEV-ONLY: never ship to production.
"""The options that describe a token, as the fields of a token request."""

import argparse
import json
from typing import Any, Final

from token_issuer.cli.parser import parse_filled
from token_issuer.errors import InvalidInputError
from token_issuer.tokens.request_parsing import parse_text_parameter

_PREFIX: Final = "field_"


def add_claims(parser: Any) -> None:
    """Add the options for the audience and for claims that have no option."""
    parser.add_argument(
        "--aud",
        dest="field_aud",
        action="append",
        type=parse_filled,
        metavar="AUD",
        help="audience: the aud claim; repeatable",
    )
    parser.add_argument(
        "--claim",
        action="append",
        default=[],
        type=_parse_claim,
        metavar="NAME=TEXT",
        help="another claim, whose value is text; NAME:=JSON for other values; repeatable",
    )


def collect_fields(args: argparse.Namespace) -> dict[str, Any]:
    """Return the fields of a token request that the options `--sub`, `--aud`, `--claim` … set.

    Raises:
        InvalidInputError: `--claims` is not a JSON object, or a claim is given more than once.
    """
    given = {
        option.removeprefix(_PREFIX): value
        for option, value in vars(args).items()
        if option.startswith(_PREFIX) and value is not None
    }
    audiences = given.pop("aud", None)
    fields = {name: parse_text_parameter(name, text) for name, text in given.items()}
    if audiences:
        fields["aud"] = audiences if len(audiences) > 1 else audiences[0]
    for name, value in args.claim:
        if name in fields.setdefault("claims", {}):
            message = f"--claim: {name[:40]!r} is given more than once; write it once"
            raise InvalidInputError(message, "claims")
        fields["claims"][name] = value
    return fields


def _parse_claim(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.rstrip(":"):
        message = f"expected NAME=TEXT or NAME:=JSON, got {text[:40]!r}"
        raise argparse.ArgumentTypeError(message)
    if not name.endswith(":"):
        return name, value
    name = name[:-1]
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError) as error:
        message = f"the value of {name[:40]!r} is not valid JSON; for text write {name[:40]}=TEXT"
        raise argparse.ArgumentTypeError(message) from error
