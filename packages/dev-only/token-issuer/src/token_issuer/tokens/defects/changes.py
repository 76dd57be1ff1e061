# DEV-ONLY: never ship to production.
"""Changes that catalogue entries make. Each replaces one minting step."""

import json
from collections.abc import Callable
from typing import Any

from jwt_core import base64url, strict_json

from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.minting_steps import Members

Change = Callable[[TokenIngredients], Members]


def set_members(**members: Any) -> Change:
    """Set members to fixed values; ABSENT leaves one out."""
    return lambda _: members


def change_text_claim(claim: str, change: Callable[[str], Any]) -> Change:
    """Replace the text of a claim by the result of *change*."""
    return lambda ingredients: {claim: change(ingredients.get_text_claim(claim))}


def set_time_claim(claim: str, seconds: float) -> Change:
    """Set a claim to the time of issue plus *seconds*."""
    return lambda ingredients: {claim: ingredients.now + seconds}


def encode_escaped(members: Members) -> bytes:
    r"""Encode as JSON with `\\u` escapes, the only way to write a lone surrogate."""
    return json.dumps(dict(members), separators=(",", ":")).encode()


def encode_utf16(members: Members) -> bytes:
    """Encode as JSON in UTF-16, with a byte order mark."""
    return strict_json.encode_object(members).decode().encode("utf-16")


def wrap_object(before: bytes = b"", after: bytes = b"") -> Callable[[Members], bytes]:
    """Encode as a JSON object with *before* and *after* around it."""
    return lambda members: b"%b%b%b" % (before, strict_json.encode_object(members), after)


def encode_list(members: Members) -> bytes:
    """Encode as a JSON array whose only item is the object."""
    return b"[%b]" % strict_json.encode_object(members)


def encode_fixed(data: bytes) -> Callable[[Members], bytes]:
    """Encode any members as *data*."""
    return lambda _: data


def write_member(name: str, text: str) -> Callable[[Members], bytes]:
    """Write *text* as the value of a member, even if it is not valid JSON."""

    def encode(members: Members) -> bytes:
        others = {other: value for other, value in members.items() if other != name}
        return _join(strict_json.encode_object(others), _write_pair(name, text))

    return encode


def write_member_twice(name: str, value: Any, *, good: str) -> Callable[[Members], bytes]:
    """Write a member twice, once with a wrong value.

    Args:
        name: The member.
        value: The wrong value.
        good: The position of the good value: "first" or "last".
    """

    def encode(members: Members) -> bytes:
        pair = _write_pair(name, json.dumps(value))
        rest = strict_json.encode_object(members)
        return _join(rest, pair) if good == "first" else b"{%b,%b" % (pair, rest[1:])

    return encode


def change_part(index: int, change: Callable[[str], str]) -> Callable[[str], str]:
    """Change one part of the compact serialization without signing it again."""

    def transform_compact(compact: str) -> str:
        parts = compact.split(".")
        parts[index] = change(parts[index])
        return ".".join(parts)

    return transform_compact


def change_claim(name: str, value: Any) -> Callable[[str], str]:
    """Change a claim and keep the signature."""

    def change(payload: str) -> str:
        claims = strict_json.decode_object(base64url.decode(payload))
        return base64url.encode(strict_json.encode_object({**claims, name: value}))

    return change_part(1, change)


def _write_pair(name: str, text: str) -> bytes:
    return f"{json.dumps(name)}:{text}".encode()


def _join(encoded: bytes, pair: bytes) -> bytes:
    return b"%b,%b}" % (encoded[:-1], pair)
