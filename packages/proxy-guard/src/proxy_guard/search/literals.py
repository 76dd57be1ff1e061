"""Bytes that are written as lists of numbers or as groups of hex digits.

Examples are `[48, 130, 1]`, `{0x30, (byte) 0x82}`, `30:82:01`, `3082 0122`, and lists of the words
of a long number. Text around them is skipped.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

    from proxy_guard.search.budget import Budget

MIN_NUMBERS: Final = 16
"""Minimum length of a list of numbers. A modulus of 1024 bits has 16 words of 64 bits."""

_MIN_GROUPS: Final = 16
_OCTETS: Final = range(-0x80, 0x100)
"""Java has signed bytes."""
_WORD_SIZES: Final = (1, 2, 4, 8)
_MAX_WORD_BITS: Final = 64
_CHARS_PER_WORK: Final = 10
_NUMBER: Final = re.compile(
    r"(?<![\w.])-?(?:0[xX][0-9A-Fa-f]{1,16}|0[oO][0-7]{1,3}|[0-9]{1,20})(?:[uU]?[lL]{0,2}|_?[iu](?:8|16|32|64))(?![\w.])"
)
_SUFFIX: Final = re.compile(r"_?(?<=[\d_])[ui](?:8|16|32|64)$|[uUlL]+$")
_GROUPS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}){1,8}(?:[\s:,.;|_\-]{1,80}+(?:[0-9A-Fa-f]{2}){1,8}+(?![0-9A-Za-z]))*+"
)
_HEX_PREFIX: Final = re.compile(r"(?:&[hH]|#x|\b16[#r]|\$)(?=[0-9A-Fa-f])")
"""The prefixes of Basic, Lisp, Erlang, Smalltalk and Pascal."""
_ASSEMBLER: Final = re.compile(r"\b0?([0-9A-Fa-f]{2})[hH]\b")
_CONVERSION: Final = re.compile(r"\.(?:to[A-Z][A-Za-z]{2,6}\(\)|0+(?!\w))")
"""Conversions of Kotlin, and whole numbers with decimals."""
_OCTAL: Final = re.compile(r"[0-3][0-7]{2}")
_NO_DIGIT: Final = re.compile(r"[^0-9A-Fa-f]+")


def decode_literals(text: str, budget: Budget) -> Iterator[bytes]:
    """Decode the lists of numbers and the groups of hex digits in *text*."""
    budget.charge(len(text) // _CHARS_PER_WORK)
    for match in _GROUPS.finditer(text):
        digits = _NO_DIGIT.sub("", match[0])
        if len(digits) > 2 * _MIN_GROUPS and len(digits) < len(match[0]):
            yield bytes.fromhex(digits)
    numbers = _NUMBER.findall(_translate(text))
    if len(numbers) >= MIN_NUMBERS:
        yield from decode_numbers(numbers, budget)
        if all(map(_OCTAL.fullmatch, numbers)):
            yield from decode_numbers([f"0o{number}" for number in numbers], budget)


def _translate(text: str) -> str:
    """Write the numbers of other programming languages as C does."""
    if "." in text:
        text = _CONVERSION.sub("", text)
    if "h" in text.lower():
        text = _ASSEMBLER.sub(r"0x\1", text)
    return _HEX_PREFIX.sub("0x", text)


def decode_numbers(numbers: Sequence[object], budget: Budget) -> Iterator[bytes]:
    """Decode a list of bytes, signed or not, or of the words of one number.

    Args:
        numbers: Integers, or text with a decimal or hexadecimal number; other values are skipped.
        budget: What decoding is charged to.
    """
    budget.charge(3 * len(numbers))
    values: list[int] = []
    for number in numbers:
        value = _read_number(number)
        if value is not None:
            values.append(value)
    if len(values) < MIN_NUMBERS:
        return
    # A list of bytes may follow other numbers, such as its length.
    octets = [value & 0xFF for value in values if value in _OCTETS]
    if len(octets) >= 2 * MIN_NUMBERS:
        yield bytes(octets)
    bits = max(value.bit_length() for value in values)
    if len(octets) < len(values) and bits <= _MAX_WORD_BITS:
        size = next(size for size in _WORD_SIZES if 8 * size >= bits)
        mask = (1 << 8 * size) - 1
        for order in ("little", "big"):
            yield b"".join((value & mask).to_bytes(size, order) for value in values)


def _read_number(number: object) -> int | None:
    if isinstance(number, int):
        return number if number.bit_length() <= _MAX_WORD_BITS else None
    if isinstance(number, float):
        return int(number) if abs(number) < 1 << _MAX_WORD_BITS else None
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        return None
    text = number if number.isdigit() else _SUFFIX.sub("", number)
    return int(text, 0 if text.lstrip("-")[1:2] in {"x", "X", "o", "O"} else 10)
