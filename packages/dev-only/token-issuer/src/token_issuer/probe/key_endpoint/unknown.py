# DEV-ONLY: never ship to production.
"""Tokens that name a key nobody has."""

from typing import Any

from jwt_core import base64url, strict_json


def rename_key(token: str, kid: str) -> str:
    """Return *token* with another `kid`; its signature no longer fits."""
    _, rest = token.split(".", 1)
    header = strict_json.encode_object({**_read_header(token), "kid": kid})
    return f"{base64url.encode(header)}.{rest}"


def read_kid(token: str) -> object:
    """Return the name of the key that a token says it is signed with."""
    return _read_header(token).get("kid")


def _read_header(token: str) -> dict[str, Any]:
    return strict_json.decode_object(base64url.decode(token.split(".", maxsplit=1)[0]))
