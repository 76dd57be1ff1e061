# DEV-ONLY: never ship to production.
"""From the options that describe a token to the fields of a token request."""

import argparse
import json
from typing import Any, Final

from token_issuer.errors import TokenRequestError
from token_issuer.tokens.request_parsing import parse_text_parameter

_PREFIX: Final = "field_"


def collect_fields(args: argparse.Namespace) -> dict[str, Any]:
    """Return the fields that the options `--sub`, `--aud`, `--claim` and so on ask for.

    Raises:
        TokenRequestError: one of them is wrong.
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
    for text in args.claim:
        name, value = _parse_claim(text)
        if name in fields.setdefault("claims", {}):
            message = f"--claim: '{name}' is given more than once"
            raise TokenRequestError(message, name)
        fields["claims"][name] = value
    return fields


def _parse_claim(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.rstrip(":"):
        message = f"--claim: expected NAME=TEXT or NAME:=JSON, got '{text[:40]}'"
        raise TokenRequestError(message, "claim")
    if not name.endswith(":"):
        return name, value
    try:
        return name[:-1], json.loads(value)
    except (ValueError, RecursionError) as error:
        message = (
            f"--claim: '{name[:-1]}' is not JSON that can be read; for text write {name[:-1]}=TEXT"
        )
        raise TokenRequestError(message, "claim") from error
