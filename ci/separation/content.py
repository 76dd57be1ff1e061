"""The content of a file, in the forms that several checks use."""

import codecs
from functools import cached_property
from typing import Final

from separation.marks import COMMON_MARK, NAME

_KEPT: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_DROPPED: Final = bytes(byte for byte in range(256) if byte not in _KEPT)
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
    def has_common_mark(self) -> bool:
        """Whether `flat` has the part that several marks share: a search for all of them."""
        return COMMON_MARK in self.flat

    @cached_property
    def has_name(self) -> bool:
        """Whether `flat` contains the name of the distribution, which is in certificates, too."""
        return NAME in self.flat

    @cached_property
    def squeezed(self) -> bytes:
        """The letters and digits only, without line breaks, quotes, separators and operators."""
        return self.data.translate(None, _DROPPED)

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
