"""A parser for nested DER values, without a schema and without validation.

The caller recognizes a key by its structure. BER with indefinite lengths is not parsed, since no
key uses it.

Spec: X.690 §8.1, §10.1
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final, TypeAlias

    from proxy_guard.search.budget import Budget

    Value: TypeAlias = tuple[int, int, int]
    """A DER value: the identifier octet, and where its content starts and ends in the data."""

INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30

_CONSTRUCTED: Final = 0x20
_LONG_TAG: Final = 0x1F
_LONG_LENGTH: Final = 0x80
_MAX_LENGTH_BYTES: Final = 4
"""A length in 4 bytes allows values up to 4 GiB."""


MIN_NESTED_BYTES: Final = 32
"""Minimum size of a value to search: the smallest key has 32 bytes. It skips parts of names."""


def walk(data: bytes, budget: Budget) -> Iterator[list[Value]]:
    """Yield the values of each level: the top level first, then the children of each value.

    Values inside bit strings and octet strings are children too, since keys are wrapped in these.
    Values below `MIN_NESTED_BYTES` are not searched. Trailing or malformed data ends a level.
    """
    pending = [(0, len(data))]
    while pending:
        budget.charge(2)
        values = []
        for value in _read_level(data, *pending.pop()):
            budget.charge(1)
            values.append(value)
        if values:
            yield values
        pending += [nested for value in values if (nested := _get_nested(data, value))]


def is_sequence(data: bytes) -> bool:
    """Return whether *data* is one SEQUENCE and nothing else."""
    value = next(_read_level(data, 0, len(data)), None)
    return value is not None and value[0] == SEQUENCE and value[2] == len(data)


def _get_nested(data: bytes, value: Value) -> tuple[int, int] | None:
    tag, start, end = value
    if end - start < MIN_NESTED_BYTES:
        return None
    if tag & _CONSTRUCTED:
        return start, end
    if tag == OCTET_STRING and data[start] == SEQUENCE:
        return start, end
    if tag == BIT_STRING and data[start : start + 2] == b"\0\x30":
        return start + 1, end  # the first octet counts the unused bits (X.690 §8.6.2)
    return None


def _read_level(data: bytes, position: int, end: int) -> Iterator[Value]:
    while position + 2 <= end:
        tag, length = data[position], data[position + 1]
        if tag & _LONG_TAG == _LONG_TAG:
            return
        position += 2
        if length & _LONG_LENGTH:
            size = length - _LONG_LENGTH
            if not 0 < size <= _MAX_LENGTH_BYTES or position + size > end:
                return
            length = int.from_bytes(data[position : position + size], "big")
            position += size
        if position + length > end:
            return
        yield tag, position, position + length
        position += length
