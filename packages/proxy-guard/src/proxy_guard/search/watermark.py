"""The watermark and the common name of the simulator, in bytes and in text."""

from __future__ import annotations

from proxy_guard import findings as codes
from proxy_guard.dev_marks import CERTIFICATE_COMMON_NAME, WATERMARK
from proxy_guard.search.alignments import TO_URL_ALPHABET, list_base64_alignments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_BETWEEN_PIECES: Final = b" \t\r\n\v\f:\"'"
_WATERMARKS: Final = (WATERMARK, WATERMARK[::-1])
"""Windows and Python also write a modulus with its last byte first."""
_IN_BASE64: Final = tuple(
    text for watermark in _WATERMARKS for text in list_base64_alignments(watermark)
)
_IN_HEX: Final = tuple(watermark.hex().encode() for watermark in _WATERMARKS)
_COMMON_NAMES: Final = tuple(  # in ASCII, UTF-16 and UTF-32, without loading the codecs
    "".join(zeros + char for char in CERTIFICATE_COMMON_NAME).encode()
    for zeros in ("", "\0", "\0\0\0")
)
WATERMARK_MARK: Final = (codes.DEV_KEY, "its modulus contains the watermark")
_CERTIFICATE_MARK: Final = (codes.DEV_CERTIFICATE, f"its subject is '{CERTIFICATE_COMMON_NAME}'")


def find_in_bytes(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the code and the detail of each mark in *data*."""
    if any(watermark in data for watermark in _WATERMARKS):
        yield WATERMARK_MARK
    if any(name in data for name in _COMMON_NAMES):
        yield _CERTIFICATE_MARK


def find_in_text(text: bytes) -> Iterator[tuple[str, str]]:
    """Yield the code and the detail of the watermark if *text* contains it in base64 or hex."""
    joined = text.translate(TO_URL_ALPHABET, _BETWEEN_PIECES)
    digits = joined.lower()
    if any(mark in joined for mark in _IN_BASE64) or any(mark in digits for mark in _IN_HEX):
        yield WATERMARK_MARK
