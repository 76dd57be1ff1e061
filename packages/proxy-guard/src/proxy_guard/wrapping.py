"""What keys get wrapped in on their way into a variable: PEM, base64, hex, quotes, escapes, UTF-16.

Nothing is parsed: whatever could be base64 or hex is decoded, and whoever asks looks at the result.
So armour may be missing, broken, indented, or around other things than it says.
"""

from __future__ import annotations

from binascii import b2a_base64

from proxy_guard.jwk import decode_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_SHORTEST_RUN: Final = 32
"""In characters; an Ed25519 key in SPKI has 60."""
_BLANKS: Final = b" \t\r\n\v\f"
_HEX_DIGITS: Final = b"0123456789abcdefABCDEF"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_ALL_BUT_BASE64_TO_BLANK: Final = bytes(
    byte if byte in _BASE64 or byte in _BLANKS else ord("~") for byte in range(256)
).replace(b"~", b",")
_TO_URL_ALPHABET: Final = bytes.maketrans(b"+/", b"-_")
_BYTE_ORDER_MARKS: Final = b"\xff\xfe\xef\xbb\xbf"
_ESCAPED_BLANKS: Final = ("\\n", "\\r", "\\t")


def to_text(data: bytes) -> str:
    """Read bytes as text; in UTF-16 and UTF-32, the NULs are what ASCII text has too much."""
    return data.replace(b"\0", b"").strip(_BYTE_ORDER_MARKS).decode("latin-1")


def unescape(text: str) -> str:
    r"""Undo the escapes of shells, env files and JSON, also when doubled: `\n`, `\/`, `\"`."""
    while "\\\\" in text:
        text = text.replace("\\\\", "\\")
    for blank in _ESCAPED_BLANKS:
        text = text.replace(blank, "\n")
    return text.replace("\\", "")


def to_ascii(text: str) -> bytes:
    """Encode *text*, each character beyond ASCII as a question mark."""
    return text.encode("ascii", "replace")


def list_base64_spellings(data: bytes) -> tuple[bytes, ...]:
    """List how *data* reads in base64url wherever it begins within a group of three bytes.

    Characters that also hold bits of what stands before or behind are left out.
    """
    spellings = []
    for offset in range(3):
        text = b2a_base64(bytes(offset) + data, newline=False).translate(_TO_URL_ALPHABET)
        spellings.append(text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6])
    return tuple(spellings)


def decode_runs(text: bytes) -> Iterator[bytes]:
    """Yield all that could be base64 or hex in *text*, decoded.

    Args:
        text: Without escapes, in ASCII.
    """
    runs: dict[bytes, None] = {}
    for part in text.split(b"-----"):  # five hyphens end a line of armour (RFC 7468 §2)
        plain = part.translate(_ALL_BUT_BASE64_TO_BLANK)
        for candidate in (plain.translate(None, _BLANKS), plain.replace(b",", b" ")):
            pieces = candidate.replace(b",", b" ").split()
            runs |= dict.fromkeys(piece for piece in pieces if len(piece) >= _SHORTEST_RUN)
    digits = text.translate(None, _BLANKS + b":")
    if len(digits) >= _SHORTEST_RUN and not digits.strip(_HEX_DIGITS):
        runs[digits] = None
    for run in runs:
        yield decode_base64(run)
        if not run.strip(_HEX_DIGITS) and len(run) % 2 == 0:
            yield bytes.fromhex(run.decode())
