"""Base64 in text: what it hides is looked at like a file, be it a key or an archive."""

import base64
import re
from collections.abc import Iterator
from typing import Final

_ALPHABET: Final = rb"[A-Za-z0-9+/_-]"
_SHORTEST_WORD: Final = 40
_SHORTEST: Final = 64
_RUN: Final = re.compile(
    # A long word, and what follows it on further lines.
    rb"%(a)s{%(n)d,}+(?:(?:\\[rn]|[\s\"'\\])++%(a)s{2,}+)*+"
    % {b"a": _ALPHABET, b"n": _SHORTEST_WORD}
)
_BETWEEN: Final = re.compile(rb"\\[rn]|[^A-Za-z0-9+/_-]")
_SHAPE: Final = bytes(
    ord("w" if re.match(_ALPHABET, bytes([byte])) else ".") for byte in range(256)
)
_LONG_WORD: Final = b"w" * _SHORTEST_WORD


def find_base64(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where something long in base64 begins in *text*, and what it encodes."""
    shape = text.translate(_SHAPE)  # to search it for a string is far quicker than by expression
    end = 0
    while (start := shape.find(_LONG_WORD, end)) >= 0:
        if text[start - 1 : start] == b"\\":  # the letter of an escape
            start += 1
        match = _RUN.match(text, start)
        if match is None:
            end = start + _SHORTEST_WORD - 1
            continue
        end = match.end()
        word = _BETWEEN.sub(b"", match[0])
        if len(word) >= _SHORTEST:
            word = word[: len(word) - (len(word) % 4 == 1)]  # one character is less than a byte
            yield start, base64.b64decode(word + b"=" * (-len(word) % 4), altchars=b"-_")
