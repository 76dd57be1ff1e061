"""Strict and lenient decoders of base64url and JSON."""

import base64
import json
from typing import Any


class RefusedError(Exception):
    """A check rejects a token.

    Attributes:
        check: The name of the check.
    """

    def __init__(self, check: str) -> None:
        super().__init__(f"rejected by the check {check!r}")
        self.check = check


def decode_base64url(text: str, *, is_strict: bool) -> bytes:
    """Decode a part of a token; if not strict, allow padding, blanks and the base64 alphabet."""
    bare = "".join(text.split()).rstrip("=").replace("+", "-").replace("/", "_")
    try:
        data = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError as error:
        raise RefusedError(check="base64url") from error
    if is_strict and base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise RefusedError(check="base64url")
    return data


def decode_json(data: bytes, *, is_strict: bool, first_wins: bool) -> Any:
    """Decode JSON; if not strict, allow duplicate members and any encoding.

    Args:
        data: The text.
        is_strict: Whether to accept only UTF-8 without duplicate members, NaN and surrogates.
        first_wins: Whether a lenient parser uses the first of two members with the same name.
    """

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(reversed(pairs) if first_wins else pairs)
        if is_strict and len(members) != len(pairs):
            raise RefusedError(check="json")
        return members

    def read_constant(name: str) -> float:
        if is_strict:
            raise RefusedError(check="json")
        return float(name)

    try:
        text: str | bytes = data.decode("utf-8") if is_strict else data
        document = json.loads(text, object_pairs_hook=build, parse_constant=read_constant)
        if is_strict:
            json.dumps(document, ensure_ascii=False).encode()
    except ValueError:
        return None
    return document
