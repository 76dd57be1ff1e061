"""The content of a file, in the forms that several checks use."""

import codecs
from functools import cached_property
from typing import Final

_KEPT: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_DROPPED: Final = bytes(byte for byte in range(256) if byte not in _KEPT)
_ESCAPES: Final = {
    b"\\": (b"\\n", b"\\r", b"\\t"),
    b"\\u000": (b"\\u000a", b"\\u000A", b"\\u000d", b"\\u000D", b"\\u0009"),
    b"\\x0": (b"\\x0a", b"\\x0A", b"\\x0d", b"\\x0D", b"\\x09"),
    b"%0": (b"%0a", b"%0A", b"%0d", b"%0D"),
    b"&#": (b"&#10;", b"&#13;", b"&#xa;", b"&#xA;", b"&#xd;", b"&#xD;"),
}
"""Escapes of line breaks and tabs in source code, JSON, URLs and XML, by first characters."""

_TO_LOWER: Final = bytes(range(256)).lower()
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_TEXT_SAMPLE_BYTES: Final = 4096


class Content:
    """The content of one file, or a window of a large one.

    Attributes:
        path: The path of the file; `!` separates an archive from its member.
        data: The bytes.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data

    @cached_property
    def name(self) -> str:
        """The last part of the path, in lower case."""
        return self.path.rpartition("!")[2].rpartition("/")[2].lower()

    @cached_property
    def flat(self) -> bytes:
        """The bytes in lower case without NUL, so that UTF-16 and UTF-32 become ASCII."""
        return self.data.translate(_TO_LOWER, b"\0")

    @cached_property
    def squeezed(self) -> bytes:
        """The letters and digits only, without line breaks, quotes, separators and operators."""
        data = self.data
        for beginning, escapes in _ESCAPES.items():
            if beginning in data:
                for escape in escapes:
                    data = data.replace(escape, b"")
        return data.translate(None, _DROPPED)

    @cached_property
    def text(self) -> bytes:
        """The text with one byte for each ASCII character; empty for binary content."""
        if self.data.startswith(_WIDE):
            return self.data.replace(b"\0", b"")
        return self.data if self.is_text else b""

    @cached_property
    def is_text(self) -> bool:
        """Whether the content looks like text in UTF-8 or another superset of ASCII."""
        return b"\0" not in self.data[:_TEXT_SAMPLE_BYTES]

    @cached_property
    def is_bytecode(self) -> bool:
        """Whether the content is Python bytecode: a version in two bytes, then CR LF (PEP 3147)."""
        return self.data[2:4] == b"\r\n" and not self.is_text
