"""Canonical base64url without padding: each byte string has exactly one encoding.

Spec: RFC 7515 §2, RFC 4648 §3.5 (canonical encoding)
"""

import base64


def encode(data: bytes) -> str:
    """Encode *data* without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Decode *text*; reject any text that `encode` does not produce.

    Raises:
        ValueError: *text* contains padding, white space or characters outside the alphabet, has an
            impossible length, or sets unused bits of the last character.
    """
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # The standard library skips unknown characters; only a round trip detects all variants.
    if encode(data) != text:
        message = "not canonical base64url"
        raise ValueError(message)
    return data
