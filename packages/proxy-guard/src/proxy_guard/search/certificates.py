"""The search for the simulator's certificates and keys in what programs trust.

A trust store is searched as it is, without parsing it: PEM with any line breaks and comments, DER,
JKS, and PKCS#12 whose certificates are not encrypted.
"""

from __future__ import annotations

from proxy_guard import findings as codes
from proxy_guard.dev_marks import CERTIFICATE_COMMON_NAME, NAMES_IN_DER, WATERMARK
from proxy_guard.search.alignments import TO_URL_ALPHABET, list_base64_alignments
from proxy_guard.search.watermark import WATERMARK_MARK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, TypeAlias

    Mark: TypeAlias = tuple[str, str]
    """The code of a finding, and its detail."""

_NAME_MARK: Final = (
    codes.DEV_AUTHORITY,
    f"a certificate in it names '{CERTIFICATE_COMMON_NAME}'",
)
_BLANKS_AND_ESCAPES: Final = b" \t\r\n\v\f\\"
_NAMES_IN_DER: Final = tuple(name.encode() for name in NAMES_IN_DER)
_NAMES_IN_BASE64: Final = list_base64_alignments(CERTIFICATE_COMMON_NAME.encode())
_WATERMARKS_IN_BASE64: Final = list_base64_alignments(WATERMARK)


def find_certificate(data: bytes) -> Mark | None:
    """Return the mark of the first certificate or key of the simulator in *data*; None if none."""
    if not data.isascii():  # DER is not, due to its lengths
        if any(name in data for name in _NAMES_IN_DER):
            return _NAME_MARK
        if WATERMARK in data:
            return WATERMARK_MARK
    if b"\\" in data:  # the escaped line breaks of JSON, shells and env files
        data = data.replace(b"\\r", b"").replace(b"\\n", b"")
    joined = data.translate(TO_URL_ALPHABET, _BLANKS_AND_ESCAPES)
    if any(text in joined for text in _NAMES_IN_BASE64):
        return _NAME_MARK
    return WATERMARK_MARK if any(text in joined for text in _WATERMARKS_IN_BASE64) else None
