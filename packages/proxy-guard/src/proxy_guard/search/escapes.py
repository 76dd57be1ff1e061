r"""Removal of the escapes in which text is pasted: `\x2b`, `\u002b`, `\053`, `%2B`, `&#43;`, `=2B`.

Escapes may be nested, since the caller decodes the result again.
"""

from __future__ import annotations

import re
from binascii import a2b_qp

from proxy_guard.normalization import decode_percent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from proxy_guard.search.budget import Budget

_CHARS_PER_WORK: Final = 20
_BACKSLASH: Final = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})"
    r"|x\{([0-9A-Fa-f]{1,6})\}|([0-3]?[0-7]{1,2})|([\s\S]))"
)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v"}
_TAG: Final = re.compile(r"<[^<>]{1,100}>")
_MAX_CODE_POINT: Final = 0x10FFFF
_QUOTED_PRINTABLE: Final = re.compile(r"=[0-9A-F]{2}|=[ \t]*\r?\n.")
_HTML: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});?")


def decode_escapes(text: str, budget: Budget) -> Iterator[str | bytes]:
    """Yield *text* with the escapes of each kind decoded; nothing if it contains none.

    Escaped bytes are yielded as bytes, since they need not be UTF-8.
    """
    budget.charge(len(text) // _CHARS_PER_WORK)
    budget.charge(text.count("\\"))
    if "\\" in text and (decoded := decode_backslashes(text)) != text:
        yield decoded
    if "`" in text:  # PowerShell
        yield text.replace("`r", "").replace("`n", "\n")
    if "%" in text:
        yield from _decode_percent(text, budget)
    if "&" in text and _HTML.search(text):
        budget.charge(text.count("&"))
        from html import unescape  # noqa: PLC0415  # imported only for a reference

        yield unescape(text)
    if "<" in text:
        budget.charge(4 * text.count("<"))
        yield _TAG.sub("", text)
    if "=" in text and _QUOTED_PRINTABLE.search(text):
        yield a2b_qp(text.encode("utf-8", "surrogatepass"))


def _decode_percent(text: str, budget: Budget) -> Iterator[str | bytes]:
    budget.charge(2 * text.count("%") + 3 * text.count("25"))
    yield decode_percent(text)
    if "+" in text:  # forms encode blanks as plus signs
        yield decode_percent(text.replace("+", " "))
    if "%u" in text:  # `escape` of JavaScript
        yield decode_backslashes(text.replace("%u", "\\u"))


def decode_backslashes(text: str) -> str:
    """Decode the escapes of JSON, C, Java, Python and JavaScript. Surrogates stay as they are."""
    return _BACKSLASH.sub(_decode_backslash, text)


def _decode_backslash(match: re.Match[str]) -> str:
    *codes, octal, letter = match.groups()
    if letter:
        return _LETTERS.get(letter, letter)
    code = int(octal, 8) if octal else int(next(filter(None, codes)), 16)
    return chr(code) if code <= _MAX_CODE_POINT else "\ufffd"
