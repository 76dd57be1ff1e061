"""A parser for nested DER values, without a schema and without validation.

The caller recognizes a key by its structure. BER with indefinite lengths is not parsed, since no
key uses it.

Spec: X.690 §8.1, §10.1
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
SEQUENCE: Final = 0x30

_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F
_LONG_LENGTH: Final = 0x80
_MAX_LENGTH_BYTES: Final = 4
"""A length in 4 bytes allows values up to 4 GiB."""

MAX_VALUES: Final = 4000
"""Limit of the values in one input. A certificate has about 100."""


class Value:
    """A DER value.

    Attributes:
        tag: The identifier octet.
        content: The content octets.
    """

    __slots__ = ("content", "tag")

    def __init__(self, tag: int, content: bytes) -> None:
        self.tag = tag
        self.content = content


def walk(data: bytes) -> Iterator[list[Value]]:
    """Yield the values of each level: the top level first, then the children of each value.

    Values inside bit strings and octet strings are children too, since keys are wrapped in these.
    Trailing or malformed data ends a level. At most `MAX_VALUES` values are parsed.
    """
    pending = [data]
    count = 0
    while pending and count < MAX_VALUES:
        values = list(_read_level(pending.pop(), MAX_VALUES - count))
        count += len(values)
        if values:
            yield values
        pending += [content for value in values if (content := _get_nested(value))]


def _get_nested(value: Value) -> bytes:
    if value.tag & _CONSTRUCTED:
        return value.content
    if value.tag == OCTET_STRING and value.content[:1] == b"\x30":
        return value.content
    if value.tag == BIT_STRING and value.content[:2] == b"\0\x30":
        return value.content[1:]  # the first octet counts the unused bits (X.690 §8.6.2)
    return b""


def _read_level(data: bytes, max_values: int) -> Iterator[Value]:
    position = 0
    for _ in range(max_values):
        header = _read_header(data, position)
        if header is None:
            return
        start, end = header
        yield Value(data[position], data[start:end])
        position = end


def _read_header(data: bytes, position: int) -> tuple[int, int] | None:
    """Return where the content of the value at *position* starts and ends."""
    if position + 2 > len(data) or data[position] & _LONG_TAG == _LONG_TAG:
        return None
    start = position + 2
    length = data[position + 1]
    if length & _LONG_LENGTH:
        size = length - _LONG_LENGTH
        if not 0 < size <= _MAX_LENGTH_BYTES or start + size > len(data):
            return None
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    return (start, start + length) if start + length <= len(data) else None
