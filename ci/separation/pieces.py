"""A piece of content to look at, in the views that the checks share."""

from functools import cached_property
from typing import Final

_KEPT: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_DROPPED: Final = bytes(byte for byte in range(256) if byte not in _KEPT)
_TO_STANDARD_BASE64: Final = bytes.maketrans(b"-_", b"+/")
_TO_LOWER: Final = bytes(range(256)).lower()
_TEXT_SAMPLE: Final = 4096


class Piece:
    """The content of one file, or a window of a large one.

    Attributes:
        path: Where it is, archives and their members joined by `!`.
        data: The bytes.
        is_whole: Whether this is the whole file.
    """

    def __init__(self, path: str, data: bytes, *, is_whole: bool = True) -> None:
        self.path = path
        self.data = data
        self.is_whole = is_whole

    @cached_property
    def name(self) -> str:
        """The file's own name, in lower case."""
        return self.path.rpartition("!")[2].rpartition("/")[2].lower()

    @cached_property
    def flat(self) -> bytes:
        """Lower-cased and without NUL bytes: ASCII text, in whichever width UTF has it."""
        return self.data.translate(_TO_LOWER, b"\0")

    @cached_property
    def squeezed(self) -> bytes:
        """Nothing but the characters of standard base64: no line breaks, quotes, separators."""
        data = self.data
        for escape in (b"\\n", b"\\r"):
            if escape in data:
                data = data.replace(escape, b"")
        return data.translate(_TO_STANDARD_BASE64, _DROPPED)

    @cached_property
    def is_text(self) -> bool:
        """Whether it looks like text in UTF-8 or another superset of ASCII."""
        return b"\0" not in self.data[:_TEXT_SAMPLE]

    @cached_property
    def is_bytecode(self) -> bool:
        """Whether it is compiled Python: two bytes of a version, then CR LF (PEP 3147)."""
        return self.data[2:4] == b"\r\n" and not self.is_text
