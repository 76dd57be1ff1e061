"""Read a request with all its header fields unchanged, however long or often repeated."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final

MAX_LINE_BYTES: Final = 4 << 20
MAX_LINES: Final = 200


@dataclass(frozen=True)
class Request:
    """A request without a body.

    Attributes:
        line: The request line.
        fields: Names in lower case, and values without surrounding blanks.
    """

    line: str
    fields: tuple[tuple[str, str], ...]

    def get_all(self, name: str) -> list[str]:
        """Return the values of all fields of this name."""
        return [value for field_name, value in self.fields if field_name == name]


def read_request(stream: BufferedIOBase) -> Request | None:
    """Read a request; return None if there is none, or it is not HTTP."""
    lines = list(_read_lines(stream))
    if not lines:
        return None
    fields = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            return None
        fields.append((name.lower(), value.strip(" \t")))
    return Request(lines[0], tuple(fields))


def _read_lines(stream: BufferedIOBase) -> Iterator[str]:
    for _ in range(MAX_LINES):
        line = stream.readline(MAX_LINE_BYTES)
        if line in {b"\r\n", b"\n", b""}:
            return
        yield line.rstrip(b"\r\n").decode("latin-1")
