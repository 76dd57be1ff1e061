"""Byte patterns for the dev marks: each name and key in all its encodings.

The marks themselves are defined only in `proxy_guard.dev_marks`.
"""

import re
from typing import Final

from proxy_guard import dev_marks
from proxy_guard.search.alignments import list_base64_alignments

from separation import knowledge
from separation.numerals import Speller

NAME: Final = dev_marks.SERVICE_NAME.encode()
MODULE: Final = NAME.replace(b"-", b"_")
BANNER: Final = dev_marks.BANNER.encode()
ISSUER_HOST: Final = dev_marks.ISSUER_HOST.encode()

_SPELLED: Final = NAME.replace(b"-", rb"[-_.]+")
"""The name in any spelling that PEP 503 normalizes to it; for text in lower case."""

DISTRIBUTION: Final = re.compile(rb"(?<![a-z0-9])" + _SPELLED + rb"(?![a-z])")
"""The name of the distribution, image or module in manifests, metadata and paths."""

ISSUER_SETTING: Final = re.compile(
    rb"""(?<![\w.-])[\w.-]*?(?:issuer|\biss|_iss)["']?\s*[:=]\s*["']?"""
    rb"(?P<word>[\w-]*" + NAME.replace(b"-", b"[-_]") + rb"""[\w-]*)(?=["'\s,;}]|\Z)"""
)
"""A setting of an issuer to a bare word with the name in it; for text in lower case.

`dev_marks.is_service_name` decides whether the word is the simulator or Harbor's issuer.
"""

PROSE: Final = re.compile(rb"(?<![a-z0-9])(?<![a-z0-9][-_])" + NAME + rb"(?![a-z0-9_])(?!-[a-z])")
"""The name in prose. Other names that contain it do not match: AWS has `trusted-token-issuer`."""

PROSE_IN_BINARY: Final = re.compile(rb"(?<![a-z0-9][-_])" + NAME)
"""The same in binary content, where the bytes beside a name may look like letters."""

ISSUER_URL: Final = re.compile(
    rb"(?<![a-z0-9])https?:/+" + re.escape(ISSUER_HOST) + rb"(?![a-z0-9-])"
)

IMAGE_LABEL: Final = re.compile(
    rb'"%(l)s"\s*:|\blabel\s+%(l)s\b' % {b"l": dev_marks.IMAGE_LABEL.encode()}
)

COMMON_MARK: Final = dev_marks.COMMON_MARK.encode()
"""A part of the banner, of the project's folder and of the marks of logins."""

CREDENTIAL: Final = re.compile(
    rb"(%s)[\w-]{%d}"
    % (
        b"|".join(re.escape(mark.encode()) for mark in dev_marks.CREDENTIALS),
        dev_marks.MIN_SEALED_CHARS,
    )
)
"""A code, token or cookie of a login, in text without NUL."""

PAGE: Final = re.compile(dev_marks.PAGE_PATTERN.encode())
"""The mark of a page of the login; for text in lower case."""

PROJECT_FOLDER: Final = b"packages/dev-only"


IMPORTER: Final = re.compile(
    rb"import_module|__import__|find_spec|find_loader|get_loader|load_module|run_module|resolve_name"
    rb"|import_string|import_object|importorskip"
)
"""Functions that import a module by its name."""

MODULE_USE: Final = re.compile(
    rb"\bimport[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*%(m)s\b(?![ \t]+from\b)"
    rb"|\bfrom[ \t]+%(m)s(?:\.\w+)*[\s\\]+import\b"
    # A dotted name of two levels. A module is never called, indexed or assigned to.
    rb"|(?<![\w.])%(m)s\.(?:%(nested)s)\b(?![ \t]*(?:[(\[]|=(?!=)))"
    # Of the names of one level, only those that are unlikely attributes of a variable. A variable
    # may have `keys`, `errors`, `testing` or `request_log`; other lines match imports of these.
    rb"|(?<![\w.])%(m)s\.(?:__main__|pytest_plugin)\b"
    # An entry point, a path, a distribution with its version.
    rb"|(?<![\w.])%(m)s(?:(?:\.\w+)*:main\b|/|-\d)"
    rb"|\b(?:%(importer)s|import)\(\s*(?:\w+\s*=\s*)?\\?[\"'`]%(m)s\b"
    # Options: python -m, with others (-Im), without a blank, in a list, in XML; --hidden-import
    rb"|(?<![\w-])-[bdeiopqsuvx]{0,8}m(?:[\s\"',=\\-]|</?\w+>){0,40}%(m)s\b"
    rb"|-(?:import|module|package|collect-all|follow-import-to)(?:[ \t\"',=])+%(m)s\b"
    rb"|\b(?:pipx?3?|uv)[ \t]+(?:pip[ \t]+)?(?:install|add)\b[^\n;&|]{0,200}?[ \t\"']%(m)s(?![\w-])"
    % {
        b"m": MODULE,
        b"nested": "|".join(map(re.escape, knowledge.read("modules"))).encode(),
        b"importer": IMPORTER.pattern,
    }
)
"""Uses of the module. Harmless code may have a variable of that name (`token_issuer = iss`), with
attributes named like the packages of the simulator (`token_issuer.keys()`)."""


def _share_decimal_digits(data: bytes, bits: int) -> bytes:
    """Return the leading decimal digits of all numbers of *bits* bits that begin with *data*."""
    free = bits - 8 * len(data)
    lowest = int.from_bytes(data, "big") << free
    pairs = zip(str(lowest), str(lowest + (1 << free) - 1), strict=True)
    digits = []
    for low, high in pairs:
        if low != high:
            break
        digits.append(low)
    return "".join(digits).encode()


WATERMARK: Final = dev_marks.WATERMARK
_BASE64_WATERMARKS: Final = list_base64_alignments(WATERMARK)
_TEXTS: Final = (
    *(re.sub(rb"\W|_", b"", text) for text in _BASE64_WATERMARKS),
    WATERMARK.hex().encode(),
    WATERMARK.hex().upper().encode(),
    _share_decimal_digits(WATERMARK, 2048),
)
_THIRDS: Final = 3
ENCODED_WATERMARK_PARTS: Final = tuple(
    text[start : start + len(text) // _THIRDS]
    for text in _TEXTS
    for start in range(0, len(text) - _THIRDS + 1, len(text) // _THIRDS)
)
"""Parts of the watermark, of 60 bits, as text without separators: base64 at each alignment,
hexadecimal, and the decimal digits of a 2048-bit modulus. If a line break, an escape or an address
interrupts such a text twice, one of its thirds is still complete."""

RAW_WATERMARKS: Final = (
    WATERMARK,
    # The part between control characters, of which each byte was read as a character (Latin-1).
    max(re.split(rb"[\x00-\x1f\x7f-\x9f]", WATERMARK), key=len).decode("latin-1").encode(),
)
"""The watermark in DER, and in text that contains DER."""

CERTIFICATE: Final = re.compile(
    rb"[\x0c\x13\x14\x16](?:%s)"
    % b"|".join(re.escape(name.encode()) for name in dev_marks.NAMES_IN_DER)
)
"""A common name in DER: the tag of a string, its length, and the name. Bytecode and prose with the
same text do not match."""

DER_IN_BASE64: Final = b"MII"
"""First characters of a certificate in base64: a SEQUENCE of 256 to 16,383 bytes."""

ENCODED_CERTIFICATE_NAMES: Final = tuple(
    re.sub(rb"\W|_", b"", text)
    for text in list_base64_alignments(dev_marks.CERTIFICATE_COMMON_NAME.encode())
)
"""The common name in base64 at each alignment, as text without separators."""

SPELLER: Final = Speller(WATERMARK, _BASE64_WATERMARKS)
"""Recognizes the watermark, raw or in base64, in numbers and escapes."""
