"""JSON that means one thing to every reader (I-JSON).

The standard library's parser takes the last of two equal members, reads NaN and Infinity, guesses
UTF-16, and lets lone surrogates through. Two parties could then see two different tokens.

Spec: RFC 7493 §2, RFC 7515 §4, RFC 7519 §4
"""

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NoReturn

# Made once: json.dumps makes one in each call that asks for anything but its defaults.
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def encode_object(document: Mapping[str, object]) -> bytes:
    """Encode *document* as compact UTF-8 JSON.

    Raises:
        ValueError: a value is not finite, not encodable as JSON, or not valid Unicode.
    """
    try:
        text = _ENCODER.encode(dict(document))
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return text.encode()


def decode_object(data: bytes) -> dict[str, Any]:
    """Decode *data* as one JSON object.

    Raises:
        ValueError: not UTF-8, not JSON, not an object, duplicate members, non-finite numbers, lone
            surrogates, or nesting deeper than the interpreter can follow.
    """
    try:
        document = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_build_object,
            parse_constant=_refuse_constant,
            parse_float=_parse_finite,
        )
        # Lone surrogates can only come from \u escapes.
        if b"\\u" in data:
            json.dumps(document, ensure_ascii=False).encode()
    except RecursionError as error:
        message = "nested too deeply"
        raise ValueError(message) from error
    if not isinstance(document, dict):
        message = "not a JSON object"
        raise ValueError(message)  # noqa: TRY004  # the caller handles one error, whatever is wrong
    return document


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = "duplicate member"
        raise ValueError(message)
    return members


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _parse_finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        message = "number out of range"
        raise ValueError(message)
    return number
