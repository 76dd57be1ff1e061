"""Bytes that text spells in numbers: dumps, lists of numbers, escapes.

A number may stand for a byte in any base, with any prefix, suffix, padding and separator (`0xcc`,
`\\314`, `&#204;`, `chr(204)`, `-52`, `11001100`), or for several bytes in either order, as in
`hexdump` and `od`. So each part of a text that is dense in digits is read in each base. Line
addresses and columns of characters interrupt the bytes; the caller therefore searches for fragments
of what it looks for.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

_BLOCK_BYTES: Final = 512
_MIN_DIGITS: Final = 40
"""Digits in a dense block, 8 %. A list with one number in each line of indented JSON has 9 %."""

_MAX_CONTROLS: Final = 50
"""Bytes of a dense block that are not ASCII text, 10 %. Debug information has more."""

_MIN_ESCAPES: Final = 24
"""Escapes in a block that are decoded. A literal of random bytes has more than 60."""

_MIN_DISTINCT: Final = 6
"""Different numbers in a part that is read."""

_SHAPE: Final = bytes(
    ord("0") if byte in b"0123456789" else ord(".") if chr(byte).isspace() or 32 <= byte < 127 else ord("!")
    for byte in range(256)
)
_HEX_DIGITS: Final = b"0123456789abcdef"
_ALL_BUT_HEX_TO_BLANK: Final = bytes(
    byte if byte in _HEX_DIGITS else ord(" ") for byte in range(256)
)


def _list_spellings(spell: str, widths: range) -> dict[bytes, bytes]:
    """Map each spelling of a byte, with leading zeros up to a width, to the byte."""
    return {
        text.encode(): bytes([value])
        for value in range(256)
        for width in widths
        if len(text := format(value, spell).zfill(width)) > 1
    }


def get_magnitude(value: int) -> int:
    """Return the absolute value of a byte that Java reads as signed: 204 is -52, so 52."""
    return abs((value ^ 0x80) - 0x80)


_DECIMAL: Final = {
    text: bytes([get_magnitude(byte[0])])
    for text, byte in _list_spellings("d", range(2, 5)).items()
}
_OCTAL: Final = _list_spellings("o", range(2, 5))
_BINARY: Final = _list_spellings("b", range(8, 9))
_WORD: Final = re.compile(rb"(?<![0-9a-z.])-?[0-9]+(?![0-9a-z.])")
_WORD_SIZES: Final = (
    (10, (5, 4), 2),
    (10, (10, 9), 4),
    (10, (19, 20, 18), 8),
    (8, (6,), 2),
    (8, (11,), 4),
    (8, (22,), 8),
)
"""Base, usual numbers of digits, and bytes of the words in lists and dumps."""

_ESCAPE: Final = re.compile(
    rb"[\\`]+(?:x|u00|u\{0*|x\{0*|U000000)(?P<hex>[0-9a-f]{2})\}?|\\+(?P<octal>[0-3]?[0-7]{1,2})"
    rb"|[%=](?P<octet>[0-9a-f]{2})|&#x0*(?P<reference>[0-9a-f]{1,2});|&#0*(?P<decimal>[0-9]{1,3});"
    rb"|\\+(?P<letter>[abtnvfr])|\\+(?=[^a-z0-9])|=\r?\n|\"\"",
    re.IGNORECASE,
)
_BASES: Final = {"hex": 16, "octet": 16, "reference": 16, "octal": 8, "decimal": 10}
_LETTERS: Final = dict(zip(b"abtnvfr", b"\a\b\t\n\v\f\r", strict=True))
_ESCAPE_MARKS: Final = (b"\\", b"%", b"=", b"&#", b"`")


def find_spelled_bytes(flat: bytes, get_text: Callable[[], bytes]) -> Iterator[bytes]:
    """Yield the bytes that each dense part of a text spells, in each reading.

    Decimal numbers are read as magnitudes; see `get_magnitude`.

    Args:
        flat: The text in lower case.
        get_text: Returns the text.
    """
    for start, end in _find_dense_parts(flat):
        for data in _read_numbers(flat[start:end]):
            yield data
            yield data[::2]  # the numbers may alternate with others, such as their indexes
            yield data[1::2]
        if _has_escapes(flat, start, end):
            data = _ESCAPE.sub(_decode_escape, get_text()[start:end])
            yield data
            yield data.decode("utf-8", "ignore").encode("latin-1", "ignore")


def _find_dense_parts(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield the parts that are dense in digits, with a block on either side."""
    shape = text.translate(_SHAPE)
    begin = end = -1
    for start in range(0, len(text), _BLOCK_BYTES):
        digits = shape.count(b"0", start, start + _BLOCK_BYTES)
        if digits < _MIN_DIGITS or shape.count(b"!", start, start + _BLOCK_BYTES) > _MAX_CONTROLS:
            continue
        if start > end:
            if end >= 0:
                yield begin, end
            begin = max(start - _BLOCK_BYTES, 0)
        end = start + 2 * _BLOCK_BYTES
    if end >= 0:
        yield begin, end


def _read_numbers(text: bytes) -> Iterator[bytes]:
    numbers = text.translate(_ALL_BUT_HEX_TO_BLANK).split()
    distinct = set(numbers)
    yield from _read_hex(numbers, distinct)
    for spellings in (_DECIMAL, _OCTAL, _BINARY):
        if len(spellings.keys() & distinct) >= _MIN_DISTINCT:
            yield b"".join([spellings[number] for number in numbers if number in spellings])
    for base, digits, size in _WORD_SIZES:
        if sum(len(number) in digits for number in distinct) >= _MIN_DISTINCT:
            yield from _read_words(text, base, size)


def _read_hex(numbers: list[bytes], distinct: set[bytes]) -> Iterator[bytes]:
    """Read hexadecimal numbers as bytes and as words in either byte order."""
    if sum(len(number) > 1 for number in distinct) < _MIN_DISTINCT:
        return
    # Assemblers need a zero before a letter: 0cch.
    even = [
        number if len(number) % 2 == 0 else number[1:]
        for number in numbers
        if len(number) % 2 == 0 or number[:1] == b"0"
    ]
    data = bytes.fromhex(b"".join(even).decode())
    yield data
    if b"\0" in data:
        yield data.replace(b"\0", b"")
    if any(len(number) > 2 for number in distinct):  # noqa: PLR2004  # digits of a byte
        words = [bytes.fromhex(number.decode())[::-1] for number in even]
        yield b"".join(words).replace(b"\0", b"")


def _read_words(text: bytes, base: int, size: int) -> Iterator[bytes]:
    """Read numbers as words of *size* bytes in either order."""
    limit = 1 << 8 * size
    values = []
    for word in _WORD.findall(text):
        try:
            value = int(word, base)
        except ValueError:  # a digit that the base does not have, or too many digits
            continue
        if abs(value) < limit:
            values.append(value % limit)
    yield b"".join([value.to_bytes(size, "big") for value in values])
    yield b"".join([value.to_bytes(size, "little") for value in values])


def _has_escapes(flat: bytes, start: int, end: int) -> bool:
    return any(
        sum(flat.count(mark, block, block + _BLOCK_BYTES) for mark in _ESCAPE_MARKS) >= _MIN_ESCAPES
        for block in range(start, min(end, len(flat)), _BLOCK_BYTES)
    )


def _decode_escape(match: re.Match[bytes]) -> bytes:
    """Return the byte for which an escape stands; any other character is kept."""
    kind, digits = match.lastgroup, match[match.lastindex or 0]
    if kind == "letter":
        return bytes([_LETTERS[digits.lower()[0]]])
    if kind is None:
        return b""
    return bytes([int(digits, _BASES[kind]) & 0xFF])
