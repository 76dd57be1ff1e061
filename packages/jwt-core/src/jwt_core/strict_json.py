"""Strict JSON (I-JSON): a document that all parsers decode to the same value.

The parser of the standard library accepts duplicate members (the last one wins), NaN, Infinity,
UTF-16 and lone surrogates, so two parties could decode different claims from one token.

Spec: RFC 7493 §2, RFC 7515 §4, RFC 7519 §4
"""

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NoReturn

# Created once: json.dumps with options creates an encoder for each call.
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def encode_object(document: Mapping[str, object]) -> bytes:
    """Encode *document* as compact UTF-8 JSON.

    Raises:
        ValueError: A value is not finite, cannot be encoded as JSON, or is not valid Unicode.
    """
    try:
        text = _ENCODER.encode(dict(document))
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return text.encode()


def decode_object(data: bytes) -> dict[str, Any]:
    """Decode *data* as one JSON object.

    Raises:
        ValueError: *data* is not UTF-8, not JSON or not an object, contains duplicate members,
            non-finite numbers or lone surrogates, or is nested too deeply for the parser.
    """
    try:
        document = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_build_object,
            parse_constant=_reject_constant,
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
        raise ValueError(message)  # noqa: TRY004  # callers handle one exception type
    return document


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = "duplicate member"
        raise ValueError(message)
    return members


def _reject_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _parse_finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        message = "number out of range"
        raise ValueError(message)
    return number
