"""Removes the encodings around a key: PEM, base64, hex, decimal digits, quotes, escapes, UTF-16.

Nothing is parsed: each run of characters that could be base64, hex or a number is decoded, and the
caller searches the result. PEM armor may therefore be missing, broken, indented or mislabeled.
"""

from __future__ import annotations

from binascii import b2a_base64

from proxy_guard.curves import CURVES
from proxy_guard.jwk import decode_base64
from proxy_guard.text_encodings import BASE64, MIN_RUN_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from proxy_guard.budget import Budget

_MIN_DECIMAL_CHARS: Final = 70
_MAX_DECIMAL_CHARS: Final = 4000
"""A coordinate of P-256 has about 77 digits, and a modulus of 8192 bits has 2467."""
_BLANKS: Final = b" \t\r\n\v\f"
_HEX_DIGITS: Final = b"0123456789abcdefABCDEF"
_BASE64_AND_PADDING: Final = BASE64 + b"="
_SYMBOLS: Final = b"+/-_"
_ALL_BUT_BASE64_TO_BLANK: Final = bytes(
    byte if byte in BASE64 or byte in _BLANKS else ord("~") for byte in range(256)
).replace(b"~", b",")
_TO_URL_ALPHABET: Final = bytes.maketrans(b"+/", b"-_")
_ESCAPED_BLANKS: Final = ("\\n", "\\r", "\\t")
_QUOTES: Final = (b'"', b"'", b"`")
_BYTES_PER_WORK: Final = 100


def unescape(text: str) -> str:
    r"""Remove the escapes of shells, env files and JSON, single or repeated: `\n`, `\/`, `\"`."""
    if "\\" not in text:
        return text
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


def decode_runs(text: bytes, budget: Budget) -> Iterator[bytes]:
    """Decode each run of characters in *text* that could be base64, hex or a decimal number.

    Args:
        text: ASCII text without escapes.
        budget: What decoding is charged to.
    """
    previous = b""
    for run in _list_runs(text):
        budget.charge(2 + len(run) // _BYTES_PER_WORK)
        for data in decode_run(run, budget):
            yield data
            if len(data) == len(previous) and len(data) in CURVES:
                yield from (previous + data, data + previous)  # two coordinates, in either order
            previous = data


def is_base64(text: bytes) -> bool:
    """Return whether *text* is one run of base64, hex or decimal digits, with or without padding."""
    return not text.translate(None, _BASE64_AND_PADDING)


def decode_run(run: bytes, budget: Budget) -> Iterator[bytes]:
    """Decode *run*, which consists of characters of base64, in every way that is possible."""
    data = decode_base64(run)
    if data:
        yield data
    digits = run[2:] if run[:2] in {b"0x", b"0X"} else run
    if digits.strip(_HEX_DIGITS):
        return
    yield bytes.fromhex("0" * (len(digits) % 2) + digits.decode())
    if digits.isdigit() and _MIN_DECIMAL_CHARS <= len(digits) <= _MAX_DECIMAL_CHARS:
        budget.charge(len(digits) // 20)
        number = int(digits)
        yield number.to_bytes((number.bit_length() + 7) // 8, "big")


def _list_runs(text: bytes) -> dict[bytes, None]:
    runs: dict[bytes, None] = {}
    for part in text.split(b"-----"):  # five hyphens end a line of PEM armor (RFC 7468 §2)
        if len(part) < MIN_RUN_CHARS:
            continue
        plain = part.translate(_ALL_BUT_BASE64_TO_BLANK)
        candidates = [plain.translate(None, _BLANKS), plain.replace(b",", b" ")]
        if b"," in plain.rstrip(b", \n"):
            candidates += _join_pieces(part, plain)
        for candidate in candidates:
            words = candidate.replace(b",", b" ").split()
            runs |= dict.fromkeys(word for word in words if len(word) >= MIN_RUN_CHARS)
    digits = text.translate(None, _BLANKS + b":-")
    if len(digits) >= MIN_RUN_CHARS and not digits.strip(_HEX_DIGITS):
        runs[digits] = None
    return runs


def _join_pieces(part: bytes, plain: bytes) -> list[bytes]:
    """Join what source code, quoting and comments separate."""
    pieces = [quoted for quote in _QUOTES if part.count(quote) > 2  # noqa: PLR2004  # two strings
              for quoted in (b"".join(part.split(quote)[1::2]),)]
    pieces = [piece.translate(_ALL_BUT_BASE64_TO_BLANK, _BLANKS) for piece in pieces]
    words = plain.replace(b",", b" ").split()
    pieces.append(b"".join(word for word in words if word.strip(_SYMBOLS)))
    return pieces
