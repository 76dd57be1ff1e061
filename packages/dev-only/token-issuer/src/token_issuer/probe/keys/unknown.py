# DEV-ONLY: never ship to production.
"""Tokens that name a key nobody has."""

import base64
import json
from typing import Any


def rename_key(token: str, kid: str) -> str:
    """Return *token* with another `kid`; its signature no longer fits."""
    _, rest = token.split(".", 1)
    text = json.dumps({**_read_header(token), "kid": kid}, separators=(",", ":")).encode()
    return f"{base64.urlsafe_b64encode(text).rstrip(b'=').decode()}.{rest}"


def read_kid(token: str) -> object:
    """Return the name of the key that a token says it is signed with."""
    return _read_header(token).get("kid")


def _read_header(token: str) -> dict[str, Any]:
    header = token.partition(".")[0]
    members: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
    )
    return members
