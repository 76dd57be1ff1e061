"""Removes the encodings around a key: PEM, base64, hex, decimal digits, quotes, escapes, UTF-16.

Nothing is parsed: each run of characters that could be base64, hex or a number is decoded, and the
caller searches the result. PEM armor may therefore be missing, broken, indented or mislabeled.
"""

from __future__ import annotations

from proxy_guard.search.curves import CURVES
from proxy_guard.search.der import is_sequence
from proxy_guard.search.jwk import decode_base64
from proxy_guard.search.text_encodings import BASE64, MIN_RUN_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from proxy_guard.search.budget import Budget

_MIN_DECIMAL_CHARS: Final = 70
_MAX_DECIMAL_CHARS: Final = 4000
"""A coordinate of P-256 has about 77 digits, and a modulus of 8192 bits has 2467."""
_BLANKS: Final = b" \t\r\n\v\f"
_HEX_DIGITS: Final = b"0123456789abcdefABCDEF"
_SYMBOLS: Final = b"+/-_"
_ALL_BUT_BASE64_TO_BLANK: Final = bytes(
    byte if byte in BASE64 or byte in _BLANKS else ord("~") for byte in range(256)
).replace(b"~", b",")
_ESCAPED_BLANKS: Final = ("\\n", "\\r", "\\t")
_QUOTES: Final = (b'"', b"'", b"`")
_MAX_COORDINATES: Final = 4
"""More numbers of one size are the lines of something else. A coordinate in hex counts twice."""
_SIGNS_OF_ESCAPES: Final = (
    *("%", "&", "<", "=3D", "=2B", "`n"),
    *(f"\\{letter}" for letter in "xuU01234567"),
)
_SOFT_BREAKS: Final = ("=\n", "=\r\n")
_SEPARATORS: Final = ",: ;-."
_MIN_SEPARATORS: Final = 15
_MAX_NUMBER_CHARS: Final = 12
_WORDS_PER_WORK: Final = 4
_QUOTES_PER_WORK: Final = 10
_CHARS_PER_WORK: Final = 60
_BYTES_PER_WORK: Final = 100
_LETTERS: Final = b"ln"
"""JavaScript and old Python mark long numbers with a letter on one side or both."""
_COORDINATE_SIZES: Final = {size - zeros: size for size in CURVES for zeros in (0, 1, 2)}
"""The size of the coordinate, by the size of the number."""


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


def may_be_escaped(text: str) -> bool:
    """Return whether *text* contains signs of the escapes that `decode_escapes` decodes."""
    # A single line of PEM ends with the padding of base64, but several end with soft line breaks.
    return any(sign in text for sign in _SIGNS_OF_ESCAPES) or any(
        text.count(soft_break) > 1 for soft_break in _SOFT_BREAKS
    )


def may_list_numbers(text: str) -> bool:
    """Return whether *text* may contain the lists that `decode_literals` decodes."""
    text = text.replace("-----", "")  # the armor of PEM
    if any(text.count(separator) >= _MIN_SEPARATORS for separator in _SEPARATORS):
        return True
    lines = text.split("\n") if text.count("\n") >= _MIN_SEPARATORS else ()
    return sum(len(line) < _MAX_NUMBER_CHARS for line in lines) >= _MIN_SEPARATORS


def decode_runs(text: bytes, budget: Budget) -> Iterator[bytes]:
    """Decode each run of characters in *text* that could be base64, hex or a decimal number.

    Args:
        text: ASCII text without escapes.
        budget: What decoding is charged to.
    """
    budget.charge(len(text) // _CHARS_PER_WORK)
    coordinates: dict[int, list[bytes]] = {size: [] for size in CURVES}
    for run in _list_runs(text, budget):
        budget.charge(5 + len(run) // _BYTES_PER_WORK)
        for data in decode_run(run, budget):
            yield data
            if len(data) in coordinates:
                coordinates[len(data)].append(data)
    for candidates in coordinates.values():
        if len(candidates) <= _MAX_COORDINATES:
            for x, y in zip(candidates, candidates[1:], strict=False):  # noqa: RUF007  # without itertools
                yield x + y


def is_base64(text: bytes) -> bool:
    """Return whether *text* is one run of base64, hex or digits, perhaps padded."""
    return not text.rstrip(b"=").translate(None, BASE64)


def decode_run(run: bytes, budget: Budget) -> Iterator[bytes]:
    """Decode *run*, which consists of characters of base64, in every way that is possible."""
    data = decode_base64(run)
    if data:
        yield data
    digits = run.translate(None, b"-_")
    digits = digits.lower().removeprefix(b"0").removeprefix(b"x").strip(_LETTERS)
    if digits.strip(_HEX_DIGITS):
        return
    data = bytes.fromhex("0" * (len(digits) % 2) + digits.decode())
    yield data
    if len(data) in _COORDINATE_SIZES:
        yield data.rjust(_COORDINATE_SIZES[len(data)], b"\0")  # a number without leading zeros
    if digits.isdigit() and _MIN_DECIMAL_CHARS <= len(digits) <= _MAX_DECIMAL_CHARS:
        budget.charge(len(digits) // 20)
        number = int(digits)
        size = (number.bit_length() + 7) // 8
        yield number.to_bytes(_COORDINATE_SIZES.get(size, size), "big")


def _list_runs(text: bytes, budget: Budget) -> dict[bytes, None]:
    runs: dict[bytes, None] = {}
    for part in text.split(b"-----"):  # five hyphens end a line of PEM armor (RFC 7468 §2)
        if len(part) >= MIN_RUN_CHARS:
            runs |= _list_runs_of_part(part, budget)
    digits = text.replace(b"0x", b"").translate(None, _BLANKS + b":-,\"'[]")
    if len(digits) >= MIN_RUN_CHARS and not digits.strip(_HEX_DIGITS):
        runs[digits] = None
    return runs


def _list_runs_of_part(part: bytes, budget: Budget) -> dict[bytes, None]:
    plain = part.translate(_ALL_BUT_BASE64_TO_BLANK)
    compact = plain.translate(None, _BLANKS)
    whole = compact.strip(b",")
    if b"," not in whole and is_sequence(decode_base64(whole)):
        return {whole: None}  # PEM
    separated = plain.replace(b",", b" ")
    candidates = [compact]
    words = separated.split()
    budget.charge(len(words) // _WORDS_PER_WORK)
    joined = b"".join(word for word in words if word.strip(_SYMBOLS))
    if len(joined) < len(compact):
        candidates += [joined, *_join_quoted(part, budget)]
    candidates += _join_lines(plain, budget)
    # Many decoders of base64 skip characters that it does not have.
    wholes = plain.split()
    budget.charge(len(wholes) // _WORDS_PER_WORK)
    candidates += [
        word.translate(None, b",") for word in wholes if len(word) > MIN_RUN_CHARS and b"," in word
    ]
    words += [word for candidate in candidates for word in candidate.replace(b",", b" ").split()]
    return dict.fromkeys(word for word in words if len(word) >= MIN_RUN_CHARS)


def _join_quoted(part: bytes, budget: Budget) -> Iterator[bytes]:
    """Join the strings that source code concatenates, without what is between them.

    Armor may have cut *part* within a string or between two.
    """
    for quote in _QUOTES:
        budget.charge(part.count(quote) // _QUOTES_PER_WORK)
        pieces = part.split(quote)
        for strings in (pieces[1::2], pieces[::2]):
            if len(strings) > 1:
                yield b"".join(strings).translate(_ALL_BUT_BASE64_TO_BLANK, _BLANKS)


def _join_lines(plain: bytes, budget: Budget) -> Iterator[bytes]:
    """Join the lines of base64 in a listing or patch, without line numbers and other columns.

    All lines but the last have the same length (RFC 7468 §2).
    """
    block: list[bytes] = []
    for line in plain.replace(b",", b" ").split(b"\n"):
        budget.charge(1)
        word = max(line.split(), key=len, default=b"")
        block.append(word)
        if len(word) != len(block[0]):
            yield from _join_block(block)
            block = [word]
    yield from _join_block(block)


def _join_block(lines: list[bytes]) -> Iterator[bytes]:
    if len(lines[0]) < MIN_RUN_CHARS or len(lines) == 1:
        return
    sign = lines[0][:1]
    if sign in _SYMBOLS and all(line.startswith(sign) for line in lines):
        lines = [line[1:] for line in lines]
    yield b"".join(lines)
