"""Python values that may hold keys, and what a list of them spells.

A caller passes what its own libraries parsed: any mapping or collection, text, bytes and numbers.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, Final

    from proxy_guard.search.budget import Budget

_MIN_NUMBERS: Final = 16
_MIN_PIECES: Final = 2
_MAX_LINE_CHARS: Final = 512
_MAX_PIECE_BYTES: Final = 512
_VALUES_PER_WORK: Final = 2
_MIN_NUMBER: Final = 1 << 200
_MAX_NUMBER: Final = 1 << 32_768
"""Limits of the numbers of a key: a coordinate of P-256, and the largest modulus that is read."""
_SEARCHED: Final = (str, bytes, bytearray, dict, list, tuple)
_WITHOUT_KEYS: Final = frozenset({int, float, bool, type(None)})


def to_plain(value: Any) -> Any:
    """Convert *value* to a type that is searched: text, bytes, a dict, a list or a tuple.

    A long number becomes text in hex.

    Returns:
        None for a value that holds no key, such as a short number, and for any other type.
    """
    if isinstance(value, _SEARCHED):
        return value
    if isinstance(value, int):
        return f"{value:x}" if _MIN_NUMBER <= value < _MAX_NUMBER else None
    return None if type(value) in _WITHOUT_KEYS else _convert(value)


def list_readings(values: Sequence[Any], budget: Budget) -> Iterator[Any]:
    """Yield what the values of a list spell together: bytes, a number, or the lines of a text."""
    yield from spell_numbers(values, budget)
    if len(values) < _MIN_PIECES:
        return
    plain = [to_plain(value) for value in values]
    lines = [line for line in plain if isinstance(line, str)]
    if len(lines) >= _MIN_PIECES and all(len(line) <= _MAX_LINE_CHARS for line in lines):
        yield "\n".join(lines)
    pieces = [piece for piece in plain if isinstance(piece, bytes)]
    if len(pieces) >= _MIN_PIECES and all(len(piece) <= _MAX_PIECE_BYTES for piece in pieces):
        yield b"".join(pieces)
    rows = [row for row in plain if isinstance(row, list | tuple)]
    if len(rows) >= _MIN_PIECES:
        yield from spell_numbers(_flatten(rows, budget), budget)


def spell_numbers(values: Sequence[Any], budget: Budget) -> Iterator[bytes]:
    """Yield the bytes that *values* list, if they are numbers."""
    budget.charge(len(values) // _VALUES_PER_WORK)
    if len(values) >= _MIN_NUMBERS and isinstance(values[-1], int | float | str):
        from proxy_guard.search.literals import decode_numbers  # noqa: PLC0415  # only for numbers

        yield from decode_numbers(values, budget)


def _flatten(rows: list[Any], budget: Budget) -> list[Any]:
    while rows and isinstance(rows[0], list | tuple):
        rows = [row for row in rows if isinstance(row, list | tuple)]
        size = sum(map(len, rows))
        budget.charge(3 + (len(rows) + size) // _VALUES_PER_WORK)
        rows = [item for row in rows for item in row]
    return rows


def _convert(value: Any) -> Any:
    from collections import UserString  # noqa: PLC0415  # not needed at boot, see test_start_up
    from collections.abc import Collection, Mapping  # noqa: PLC0415  # see above

    if isinstance(value, UserString):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    try:
        return memoryview(value).tobytes()
    except TypeError:
        return list(value) if isinstance(value, Collection) else None
