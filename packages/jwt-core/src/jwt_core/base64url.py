"""base64url without padding, in the one spelling that each byte string has.

Spec: RFC 7515 §2, RFC 4648 §3.5 (canonical encoding)
"""

import base64


def encode(data: bytes) -> str:
    """Encode *data* without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Decode *text*, refusing every spelling that `encode` would not produce.

    Raises:
        ValueError: padding, blanks, foreign characters, an impossible length or stray last bits.
    """
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # The standard library skips what it does not know; only a round trip proves the spelling.
    if encode(data) != text:
        message = "not canonical base64url"
        raise ValueError(message)
    return data
