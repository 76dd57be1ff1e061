"""Base64 in text. It is decoded and scanned like a file, since it may be a key or an archive."""

import base64
import re
from collections.abc import Iterator
from typing import Final

_ALPHABET: Final = rb"[A-Za-z0-9+/_-]"
_MIN_WORD_CHARS: Final = 40
_MIN_TEXT_CHARS: Final = 64
_RUN: Final = re.compile(
    # A long word and its continuation lines.
    rb"%(a)s{%(n)d,}+(?:(?:\\[rn]|[\s\"'\\])++%(a)s{2,}+)*+"
    % {b"a": _ALPHABET, b"n": _MIN_WORD_CHARS}
)
_BETWEEN: Final = re.compile(rb"\\[rn]|[^A-Za-z0-9+/_-]")
_SHAPE: Final = bytes(
    ord("w" if re.match(_ALPHABET, bytes([byte])) else ".") for byte in range(256)
)
_LONG_WORD: Final = b"w" * _MIN_WORD_CHARS


def find_base64(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the position and the decoded bytes of each long run of base64 in *text*."""
    # Searching the shape for a string is much faster than matching a regular expression.
    shape = text.translate(_SHAPE)
    end = 0
    while (start := shape.find(_LONG_WORD, end)) >= 0:
        if text[start - 1 : start] == b"\\":  # skip the letter of an escape
            start += 1
        match = _RUN.match(text, start)
        if match is None:
            end = start + _MIN_WORD_CHARS - 1
            continue
        end = match.end()
        word = _BETWEEN.sub(b"", match[0])
        if len(word) >= _MIN_TEXT_CHARS:
            word = word[: len(word) - (len(word) % 4 == 1)]  # drop an incomplete last byte
            yield start, base64.b64decode(word + b"=" * (-len(word) % 4), altchars=b"-_")
