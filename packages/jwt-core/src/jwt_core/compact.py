"""Strict parser of the JWS compact serialization.

Spec: RFC 7515 §3.1, §7.1
"""

from dataclasses import dataclass
from typing import Any, Final

from jwt_core import base64url, strict_json
from jwt_core.errors import MalformedTokenError

MAX_TOKEN_CHARACTERS: Final = 16 * 1024
"""Longest accepted token; common servers accept no more for all header fields together."""

_PART_COUNT: Final = 3


@dataclass(frozen=True, slots=True, repr=False)
class UnverifiedToken:
    """The decoded parts of a token whose signature is not verified."""

    header: dict[str, Any]
    payload: bytes
    signing_input: bytes
    signature: bytes


def parse_compact(text: object) -> UnverifiedToken:
    """Split a token and decode its parts; parse only the header.

    Raises:
        MalformedTokenError: *text* is not a str, is too long, does not have three parts in strict
            base64url, or its header is not one JSON object with distinct members.
    """
    if not isinstance(text, str) or len(text) > MAX_TOKEN_CHARACTERS:
        message = f"the token must be text of at most {MAX_TOKEN_CHARACTERS} characters"
        raise MalformedTokenError(message)
    signing_input, _, _ = text.rpartition(".")
    try:
        parts = [base64url.decode(part) for part in text.split(".", _PART_COUNT)]
    except ValueError:
        message = "the token's parts must be base64url without padding"
        raise MalformedTokenError(message) from None
    if len(parts) != _PART_COUNT:
        message = "the token must have three parts separated by dots (compact JWS)"
        raise MalformedTokenError(message)
    header, payload, signature = parts
    return UnverifiedToken(
        parse_json_part(header, "header"), payload, signing_input.encode("ascii"), signature
    )


def parse_json_part(data: bytes, name: str) -> dict[str, Any]:
    """Decode a part of a token. The error message contains *name*: header or payload.

    Raises:
        MalformedTokenError: *data* is not one JSON object with distinct members and finite numbers.
    """
    try:
        return strict_json.decode_object(data)
    except ValueError:
        message = f"the token's {name} must be one JSON object with distinct members"
        raise MalformedTokenError(message) from None


def join_compact(signing_input: bytes, signature: bytes) -> str:
    """Join a signing input and its signature to a token."""
    return f"{signing_input.decode('ascii')}.{base64url.encode(signature)}"
