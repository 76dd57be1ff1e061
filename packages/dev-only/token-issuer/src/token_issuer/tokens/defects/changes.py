# DEV-ONLY: never ship to production.
"""The few ways in which the entries of the catalogue change a step of the recipe."""

import json
from collections.abc import Callable
from typing import Any

from jwt_core import base64url, strict_json

from token_issuer.tokens.defects.ingredients import TokenIngredients
from token_issuer.tokens.defects.recipe import Members

Change = Callable[[TokenIngredients], Members]


def put(**members: Any) -> Change:
    """Set members to fixed values; ABSENT leaves one out."""
    return lambda _: members


def alter(claim: str, change: Callable[[str], Any]) -> Change:
    """Make a claim of the text that the good token has there."""
    return lambda material: {claim: change(material.get_text(claim))}


def shift(claim: str, seconds: float) -> Change:
    """Set a claim to the present plus *seconds*."""
    return lambda material: {claim: material.now + seconds}


def encode_escaped(members: Members) -> bytes:
    r"""Encode as JSON with `\\u` escapes, the only way to write half of a surrogate pair."""
    return json.dumps(dict(members), separators=(",", ":")).encode()


def encode_utf16(members: Members) -> bytes:
    """Encode as JSON in UTF-16, with a byte order mark."""
    return strict_json.encode_object(members).decode().encode("utf-16")


def wrap_object(before: bytes = b"", after: bytes = b"") -> Callable[[Members], bytes]:
    """Encode as a JSON object between other bytes."""
    return lambda members: b"%b%b%b" % (before, strict_json.encode_object(members), after)


def encode_list(members: Members) -> bytes:
    """Encode as a JSON array that holds the object."""
    return b"[%b]" % strict_json.encode_object(members)


def encode_as(data: bytes) -> Callable[[Members], bytes]:
    """Send *data*, whatever the claims are."""
    return lambda _: data


def write_member(name: str, text: str) -> Callable[[Members], bytes]:
    """Write *text* as the value of a member, though no JSON encoder would."""

    def encode(members: Members) -> bytes:
        others = {other: value for other, value in members.items() if other != name}
        return _join(strict_json.encode_object(others), _write_pair(name, text))

    return encode


def write_twice(name: str, value: Any, *, good: str) -> Callable[[Members], bytes]:
    """Write a member a second time, with another value.

    Args:
        name: The member.
        value: The wrong value.
        good: Where the good one stands: "first" or "last".
    """

    def encode(members: Members) -> bytes:
        pair = _write_pair(name, json.dumps(value))
        rest = strict_json.encode_object(members)
        return _join(rest, pair) if good == "first" else b"{%b,%b" % (pair, rest[1:])

    return encode


def change_part(index: int, change: Callable[[str], str]) -> Callable[[str], str]:
    """Spell one part of the compact serialization otherwise, without signing it again."""

    def transform_compact(compact: str) -> str:
        parts = compact.split(".")
        parts[index] = change(parts[index])
        return ".".join(parts)

    return transform_compact


def change_claim(name: str, value: Any) -> Callable[[str], str]:
    """Change a claim under the signature that was made before."""

    def change(payload: str) -> str:
        claims = strict_json.decode_object(base64url.decode(payload))
        return base64url.encode(strict_json.encode_object({**claims, name: value}))

    return change_part(1, change)


def _write_pair(name: str, text: str) -> bytes:
    return f"{json.dumps(name)}:{text}".encode()


def _join(encoded: bytes, pair: bytes) -> bytes:
    return b"%b,%b}" % (encoded[:-1], pair)
