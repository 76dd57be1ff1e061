"""Removes the encodings around a key: PEM, base64, hex, quotes, escapes, UTF-16.

Nothing is parsed: each run of characters that could be base64 or hex is decoded, and the caller
searches the result. PEM armor may therefore be missing, broken, indented or mislabeled.
"""

from __future__ import annotations

from binascii import b2a_base64

from proxy_guard.jwk import decode_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_MIN_RUN_CHARS: Final = 32
"""Minimum length of a run to decode. An Ed25519 key in SPKI has 60 characters."""
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
    """Decode *data* as text. NUL bytes are removed, so UTF-16 and UTF-32 become ASCII."""
    return data.replace(b"\0", b"").strip(_BYTE_ORDER_MARKS).decode("latin-1")


def unescape(text: str) -> str:
    r"""Remove the escapes of shells, env files and JSON, single or repeated: `\n`, `\/`, `\"`."""
    while "\\\\" in text:
        text = text.replace("\\\\", "\\")
    for blank in _ESCAPED_BLANKS:
        text = text.replace(blank, "\n")
    return text.replace("\\", "")


def to_ascii(text: str) -> bytes:
    """Encode *text* in ASCII; replace each non-ASCII character with a question mark."""
    return text.encode("ascii", "replace")


def list_base64_alignments(data: bytes) -> tuple[bytes, ...]:
    """Encode *data* in base64url at each of the three alignments.

    Characters that also contain bits of a neighboring byte are omitted.
    """
    alignments = []
    for offset in range(3):
        text = b2a_base64(bytes(offset) + data, newline=False).translate(_TO_URL_ALPHABET)
        alignments.append(text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6])
    return tuple(alignments)


def decode_runs(text: bytes) -> Iterator[bytes]:
    """Decode each run of characters in *text* that could be base64 or hex.

    Args:
        text: ASCII text without escapes.
    """
    runs: dict[bytes, None] = {}
    for part in text.split(b"-----"):  # five hyphens end a line of PEM armor (RFC 7468 §2)
        plain = part.translate(_ALL_BUT_BASE64_TO_BLANK)
        for candidate in (plain.translate(None, _BLANKS), plain.replace(b",", b" ")):
            words = candidate.replace(b",", b" ").split()
            runs |= dict.fromkeys(word for word in words if len(word) >= _MIN_RUN_CHARS)
    digits = text.translate(None, _BLANKS + b":")
    if len(digits) >= _MIN_RUN_CHARS and not digits.strip(_HEX_DIGITS):
        runs[digits] = None
    for run in runs:
        yield decode_base64(run)
        if not run.strip(_HEX_DIGITS) and len(run) % 2 == 0:
            yield bytes.fromhex(run.decode())
