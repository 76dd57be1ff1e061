"""Lists, strings and numbers in the format of `marshal`, which is unsafe for hostile data."""

import struct
from typing import Any, Final

_MAX_DEPTH: Final = 8
_REFERENCED: Final = 0x80
_SHORT_TEXTS: Final = b"zZ"
_TEXTS: Final = b"aAut"
_SHORT_TUPLE: Final = ord(")")
_SEQUENCES: Final = b"(["
_NUMBER: Final = ord("i")
_REFERENCE: Final = ord("r")


class Reader:
    """Reads one value.

    Raises:
        DAMAGED: the data is malformed, or contains a value of another type.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0
        self._references: list[Any] = []

    def read(self, depth: int = 0) -> Any:
        """Return the next value; a sequence of any type is a list."""
        code = self._take("B")
        kind = code & ~_REFERENCED
        if kind == _REFERENCE:
            return self._references[self._take("I")]
        slot = len(self._references)
        if code & _REFERENCED:
            self._references.append(None)
        value = self._read_value(kind, depth)
        if code & _REFERENCED:
            self._references[slot] = value
        return value

    def _read_value(self, kind: int, depth: int) -> Any:
        if kind == _NUMBER:
            return self._take("i")
        if kind in _SHORT_TEXTS or kind in _TEXTS:
            size = self._take("B" if kind in _SHORT_TEXTS else "I")
            text = self._data[self._place : self._place + size]
            self._place += size
            return text.decode("utf-8", "replace")
        if (kind == _SHORT_TUPLE or kind in _SEQUENCES) and depth < _MAX_DEPTH:
            count = self._take("B" if kind == _SHORT_TUPLE else "I")
            return [self.read(depth + 1) for _ in range(count)]
        message = f"unexpected type {kind}"
        raise ValueError(message)

    def _take(self, form: str) -> int:
        number = struct.unpack_from("<" + form, self._data, self._place)
        self._place += struct.calcsize("<" + form)
        value: int = number[0]
        return value
