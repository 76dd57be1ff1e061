"""The texts that clients may read in bytes: UTF-8, UTF-16, UTF-32 and Windows-1252.

Text with errors is read too, since many clients replace what they cannot decode.

Spec: RFC 4627 §3, RFC 8259 §8.1
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
"""The characters of base64 and base64url, without padding."""

MIN_RUN_CHARS: Final = 32
"""Minimum length of a run of base64 that may be a key. An Ed25519 key has 43 characters."""

_MIN_TEXT_BYTES: Final = 16
_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ZERO_PATTERNS: Final[dict[tuple[bool, ...], str]] = {
    # Whether each of the first four bytes is zero, if the first characters are ASCII.
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, False, False): "utf-16-le",
    (True, False, False, False): "utf-16-be",
}
_PRINTABLE: Final = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_STARTS_OF_JSON: Final = frozenset({b'{"', b"{'", b"[{", b"[[", b'["', b"['"})
_TO_CLASSES: Final = bytes(ord("A") if byte in BASE64 else ord(",") for byte in range(256))


def read_texts(data: bytes) -> list[str]:
    """Return the texts that *data* may be, the most probable one first."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = ""
    if text and "\0" not in text:
        return [text]
    if len(data) < _MIN_TEXT_BYTES:
        return []
    texts = [data.decode(encoding, "replace")] if (encoding := _find_encoding(data)) else []
    if any(map(_is_mostly_ascii, texts)):
        return texts
    if text and not text.isascii():
        texts.append(text)  # binary data of which each byte became a character
    # Without NUL bytes, UTF-16 and UTF-32 become ASCII. That is also true for fragments of them.
    remaining = data.replace(b"\0", b"")
    if _is_probable_text(remaining):
        texts += [remaining.decode("utf-8", "replace"), remaining.decode("cp1252", "replace")]
    return list(dict.fromkeys(texts))


def restore_bytes(text: str) -> list[bytes]:
    """Return the bytes of *text* if each of its characters is one, as in an escaped key.

    Python represents bytes of an environment variable that are not UTF-8 as surrogates.
    """
    if text.isascii() or text.isprintable():
        return []
    for encoding, errors in (("latin-1", "strict"), ("utf-8", "surrogateescape")):
        try:
            return [text.encode(encoding, errors)]
        except UnicodeEncodeError:
            continue
    return []


def _is_mostly_ascii(text: str) -> bool:
    plain = text.encode("ascii", "ignore")
    return 2 * len(plain) >= len(text) or b"A" * MIN_RUN_CHARS in plain.translate(_TO_CLASSES)


def _find_encoding(data: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    return _ZERO_PATTERNS.get(tuple(byte == 0 for byte in data[:4]))


def _is_probable_text(data: bytes) -> bool:
    if data.lstrip(b"\xef\xbb\xbf\xff\xfe").translate(None, b" \t\r\n")[:2] in _STARTS_OF_JSON:
        return True
    others = len(data.translate(None, _PRINTABLE))
    return 2 * others <= len(data) or b"A" * MIN_RUN_CHARS in data.translate(_TO_CLASSES)
