"""The search of a value for what the dev-only token issuer hands out: credentials, certificates.

They may be alone or within JSON, a URI or a JWT, in base64 or percent-encoded.
"""

from __future__ import annotations

from binascii import a2b_base64

from proxy_guard.dev_marks import (
    COMMON_MARK,
    MIN_SEALED_CHARS,
    contains_certificate,
    find_credential,
)
from proxy_guard.normalization import decode_percent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_MAX_LEVELS: Final = 6
"""Readings of a value: without decoding, and after up to five encodings inside each other."""

_MIN_RUN_CHARS: Final = (len(COMMON_MARK) + MIN_SEALED_CHARS) * 4 // 3
"""Length of the shortest credential in base64, without the characters that its neighbors share."""

_DER_IN_BASE64: Final = "MII"
"""First characters of a SEQUENCE of 256 to 16,383 bytes: a certificate or an RSA key."""

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_TO_STANDARD_ALPHABET: Final = bytes.maketrans(b"-_", b"+/")
_TO_RUNS: Final = bytes(byte if byte in _BASE64 else ord(" ") for byte in range(256)).translate(
    _TO_STANDARD_ALPHABET
)
_LINE_BREAKS: Final = b"\r\n"
_BLANKS: Final = b" \t"


def search_credential(value: str) -> str | None:
    """Return what *value* contains of the simulator's codes, tokens and cookies; None if nothing.

    Args:
        value: The value of a variable, in any of the encodings that programs read from one.
    """
    return next(filter(None, map(find_credential, list_readings(value))), None)


def may_contain_certificate(text: str) -> bool:
    """Return whether one of the readings of a value may contain a certificate of the simulator.

    Args:
        text: DER with one byte a character, or PEM.
    """
    return _DER_IN_BASE64 in text or contains_certificate(text)


def list_readings(value: str) -> Iterator[str]:
    """Yield *value*, and what it contains in the encodings that programs read from a variable."""
    level = [value]
    for _ in range(_MAX_LEVELS):
        yield from level
        level = [inner for text in level for inner in _unwrap(text)]


def _unwrap(text: str) -> Iterator[str]:
    if len(text) < _MIN_RUN_CHARS:
        return
    data = text.encode("utf-8", "replace")
    if "%" in text and (decoded := decode_percent(text)) != data:
        data = decoded
        yield data.decode("utf-8", "replace")
    yield from _decode_runs(data)
    # Tools break base64 into lines, and JSON contains line breaks as escapes. Some replace line
    # breaks by spaces; but a space also separates base64 from a word before it, such as Bearer.
    joined = data
    while b"\\\\" in joined:
        joined = joined.replace(b"\\\\", b"\\")
    joined = joined.replace(rb"\r", b"").replace(rb"\n", b"")
    length = len(data)
    for separators in (_LINE_BREAKS, _BLANKS):
        joined = joined.translate(None, separators)
        if len(joined) < length:
            yield from _decode_runs(joined)
            length = len(joined)


def _decode_runs(data: bytes) -> Iterator[str]:
    for run in data.translate(_TO_RUNS).split():
        if len(run) >= _MIN_RUN_CHARS:
            whole = run[: len(run) - (len(run) % 4 == 1)]
            decoded = a2b_base64(whole + b"=" * (-len(whole) % 4))
            yield decoded.replace(b"\0", b"").decode("latin-1")  # UTF-16 becomes ASCII
