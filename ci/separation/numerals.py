r"""Bytes that text spells in numbers: dumps, lists of numbers, escapes.

A number may stand for a byte in any base, with any prefix, suffix, padding and separator (`0xcc`,
`\314`, `&#204;`, `chr(204)`, `-52`, `11001100`), or for several bytes in either order, as in
`hexdump` and `od`. So no notation is parsed: in each part of a text that is dense in digits, the
numbers are compared with those that spell the wanted bytes. Other numbers between them, such as the
addresses of a dump, do not matter.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

_BLOCK_BYTES: Final = 512
_MIN_DIGITS: Final = 40
"""Digits in a dense block, 8 %. A list with one number in each line of indented JSON has 9 %."""

_MAX_CONTROLS: Final = 50
"""Bytes of a dense block that are not ASCII text, 10 %. Debug information has more."""

_MAX_LETTERS: Final = 300
"""Letters after f in a dense block, 59 %. Base64 has more."""

_WINDOW_NUMBERS: Final = 128
_STEP_NUMBERS: Final = _WINDOW_NUMBERS // 2
_HEX_DIGITS: Final = b"0123456789abcdef"
_ALL_BUT_HEX_TO_BLANK: Final = bytes(
    byte if byte in _HEX_DIGITS else ord(" ") for byte in range(256)
)


def _classify(byte: int) -> str:
    """Return 0 for a digit, g for a letter after f, ! for what is not text, or a period."""
    char = chr(byte)
    if not (char.isspace() or char.isprintable()) or not char.isascii():
        return "!"
    return "0" if char.isdecimal() else "g" if "g" <= char <= "z" else "."


_SHAPE: Final = "".join(map(_classify, range(256))).encode()
_SPELL_BYTE: Final[tuple[Callable[[int], Sequence[str]], ...]] = (
    lambda byte: [f"{byte:0{width}x}" for width in (2, 3, 4, 8)],
    lambda byte: [f"{byte:0{width}d}" for width in (2, 3, 4)],
    lambda byte: [f"{_get_magnitude(byte, 1):0{width}d}" for width in (2, 3, 4)],
    lambda byte: [f"{byte:0{width}o}" for width in (2, 3, 4)],
    lambda byte: [f"{byte:08b}", f"0b{byte:b}", f"0b{byte:08b}"],
)
_WORD_BYTES: Final = (2, 4, 8)
_MIN_WORDS: Final = {2: 7, 4: 2, 8: 2}
"""Numbers of several bytes that are enough: 112 bits of words, or 64 bits of longer ones."""

_ESCAPE: Final = re.compile(
    rb"[\\`]+(?:x|u00|u\{0*|x\{0*|U000000)(?P<hex>[0-9a-f]{2})\}?|\\+(?P<octal>[0-3]?[0-7]{1,2})"
    rb"|[%=](?P<octet>[0-9a-f]{2})|&#x0*(?P<reference>[0-9a-f]{1,2});|&#0*(?P<decimal>[0-9]{1,3});"
    rb"|\\+(?P<letter>[abtnvfr])|\\+(?=[^a-z0-9])|=\r?\n|\"\"",
    re.IGNORECASE,
)
_BASES: Final = {"hex": 16, "octet": 16, "reference": 16, "octal": 8, "decimal": 10}
_LETTERS: Final = dict(zip(b"abtnvfr", b"\a\b\t\n\v\f\r", strict=True))


class _Family(NamedTuple):
    """The spellings of the wanted bytes in one base.

    Attributes:
        numbers: The numbers.
        values: The byte that each number spells.
        fragments: Parts of the wanted bytes, one of which must occur.
        min_distinct: How many of the numbers a window must contain.
    """

    numbers: frozenset[bytes]
    values: Mapping[bytes, bytes]
    fragments: frozenset[bytes]
    min_distinct: int

    def matches(self, numbers: Sequence[bytes]) -> bool:
        # The numbers may alternate with others, such as their indexes.
        return any(
            fragment in data
            for part in (numbers, numbers[::2], numbers[1::2])
            for data in [b"".join([self.values[n] for n in part if n in self.values])]
            for fragment in self.fragments
        )


class Speller:
    """Recognizes *data* and *texts* in numbers.

    Args:
        data: Bytes.
        texts: Texts that stand for the bytes, such as their base64.
    """

    def __init__(self, data: bytes, texts: Sequence[bytes]) -> None:
        self._families = [
            _build_family(wanted, spell, size)
            for wanted, size in [(data, 8), *((text, 10) for text in texts)]
            for spell in _SPELL_BYTE
        ]
        self._words = [
            (frozenset(_spell_words(wanted, size, start, order)), _MIN_WORDS[size])
            for wanted in (data, *texts)
            for size in _WORD_BYTES
            for start in range(size)
            for order in ("big", "little")
        ]
        self._all_words: frozenset[bytes] = frozenset().union(*(words for words, _ in self._words))
        self._numbers = self._all_words.union(*(family.values for family in self._families))
        self._hex_texts = [
            text[at : at + 10].hex().encode() for text in texts for at in (0, 10, 20)
        ]
        self._fragments = _list_fragments(data, 6)
        # Literals keep letters and digits: \xe3Kc4\xce
        self._literal = max(re.findall(rb"[0-9A-Za-z]+", data), key=len).lower()

    def is_spelled(self, flat: bytes, get_text: Callable[[], bytes]) -> bool:
        """Return whether a text spells the bytes.

        Args:
            flat: The text in lower case.
            get_text: Returns the text.
        """
        return any(
            self._is_in_numbers(flat[start:end])
            or (
                flat.find(self._literal, start, end) >= 0
                and self._is_in_escapes(get_text()[start:end])
            )
            for start, end in _find_dense_parts(flat)
        )

    def _is_in_numbers(self, text: bytes) -> bool:
        numbers = text.translate(_ALL_BUT_HEX_TO_BLANK).split()
        for start in range(0, len(numbers), _STEP_NUMBERS):
            window = numbers[start : start + _WINDOW_NUMBERS]
            found = self._numbers.intersection(window)
            if len(found) > 1 and self._is_in_window(found, window):
                return True
        return any(digits in text for digits in self._hex_texts)

    def _is_in_window(self, found: frozenset[bytes], window: Sequence[bytes]) -> bool:
        words_found = self._all_words & found
        return (
            len(words_found) > 1
            and any(len(words & words_found) >= enough for words, enough in self._words)
        ) or any(
            len(family.numbers & found) >= family.min_distinct and family.matches(window)
            for family in self._families
        )

    def _is_in_escapes(self, text: bytes) -> bool:
        data = _ESCAPE.sub(_decode_escape, text)
        readings = (data, data.decode("utf-8", "ignore").encode("latin-1", "ignore"))
        return any(fragment in data for data in readings for fragment in self._fragments)


def _build_family(
    wanted: bytes, spell: Callable[[int], Sequence[str]], fragment_bytes: int
) -> _Family:
    distinct = set(wanted)
    values = {text.encode(): bytes([byte]) for byte in distinct for text in spell(byte)}
    fragments = _list_fragments(wanted, fragment_bytes)
    return _Family(frozenset(values), values, fragments, len(distinct) * 2 // 3)


def _list_fragments(data: bytes, size: int) -> frozenset[bytes]:
    return frozenset(data[start : start + size] for start in range(len(data) - size + 1))


def _spell_words(data: bytes, size: int, start: int, order: str) -> Iterator[bytes]:
    """Yield each spelling of the words of *size* bytes in *data* from *start* on."""
    for at in range(start, len(data) - size + 1, size):
        word = data[at : at + size]
        value = int.from_bytes(word if order == "big" else word[::-1], "big")
        for spelled in (
            f"{value:0{2 * size}x}", f"{value:x}", str(value), f"{value:05d}", f"{value:o}",
            f"{value:0{(8 * size + 2) // 3}o}", str(_get_magnitude(value, size)),
        ):  # fmt: skip
            yield spelled.encode()


def _get_magnitude(value: int, size: int) -> int:
    """Return the absolute value of a number of *size* bytes that is signed: 204 is -52, so 52."""
    sign = 1 << 8 * size - 1
    return abs((value ^ sign) - sign)


def _find_dense_parts(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield the parts that are dense in digits, with a block on either side."""
    shape = text.translate(_SHAPE)
    begin = end = -1
    for start in range(0, len(text), _BLOCK_BYTES):
        stop = start + _BLOCK_BYTES
        if (
            shape.count(b"0", start, stop) < _MIN_DIGITS
            or shape.count(b"!", start, stop) > _MAX_CONTROLS
            or shape.count(b"g", start, stop) > _MAX_LETTERS
        ):
            continue
        if start > end:
            if end >= 0:
                yield begin, end
            begin = max(start - _BLOCK_BYTES, 0)
        end = start + 2 * _BLOCK_BYTES
    if end >= 0:
        yield begin, end


def _decode_escape(match: re.Match[bytes]) -> bytes:
    """Return the byte for which an escape stands, or nothing."""
    kind = match.lastgroup
    if kind is None:
        return b""
    digits = match[kind]
    if kind == "letter":
        return bytes([_LETTERS[digits.lower()[0]]])
    return bytes([int(digits, _BASES[kind]) & 0xFF])
