"""Normalization of disguised URIs: percent-encoding, punycode and Unicode variants are undone.

The result is searched for dev marks, never fetched. If HTTP clients interpret a spelling
differently, the interpretation that leads to the simulator is used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

CONTROL_CHARACTERS: Final = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
"""C0 and C1 controls. WHATWG clients strip tabs and line breaks."""

STRIPPED_CHARACTERS: Final = CONTROL_CHARACTERS + " \"'`<>\u2018\u2019\u201c\u201d"
"""Characters stripped from both ends of a value: blanks, and quotes copied with the value."""

_PERCENT: Final = ord("%")
_MAX_LABEL_CHARS: Final = 63
_LONG_LIGATURES: Final = {"\ufdfa": "\u0635", "\ufdfb": "\u062c"}
"""Ligatures of whole sentences, and their first letters. NFKC expands the others to six characters
at most, which bounds the time for a long text."""
_HEX_DIGITS: Final = frozenset(b"0123456789abcdefABCDEF")
_IDEOGRAPHIC_FULL_STOP: Final = "\u3002"  # IDNA maps it to a dot (RFC 3490 §3.1); NFKC does not
_MINUS_SIGN: Final = "\u2212"
_IGNORED: Final = (
    # Characters that IDNA drops although they are not format characters: the other characters with
    # Default_Ignorable_Code_Point (UAX #44), including unassigned ones, and the Mongolian soft
    # hyphen (RFC 3454 table B.1).
    ("\u034f", "\u034f"),
    ("\u115f", "\u1160"),
    ("\u17b4", "\u17b5"),
    ("\u1806", "\u1806"),
    ("\u180b", "\u180f"),
    ("\u2065", "\u2065"),
    ("\u3164", "\u3164"),
    ("\ufe00", "\ufe0f"),
    ("\uffa0", "\uffa0"),
    ("\ufff0", "\ufff8"),
    ("\U000e0000", "\U000e0fff"),
)


def normalize(text: str) -> str:
    """Undo nested percent-encoding, IDNA and Unicode variants, punycode and backslashes."""
    while (decoded := fold(_decode_percent(text))) != text:
        text = decoded
    return fold(_decode_punycode(text)).replace("\\", "/")


def fold(text: str) -> str:
    """Map *text* like IDNA does: to lower-case compatibility forms without ignored characters."""
    if text.isascii():
        return text.lower()
    import unicodedata  # noqa: PLC0415  # imported only for non-ASCII text; takes 4 ms

    visible = _replace(
        text,
        {
            char: _LONG_LIGATURES.get(char, "")
            for char in set(text)
            if char in _LONG_LIGATURES or _is_ignored(char, unicodedata.category(char))
        },
    )
    # Case folding can undo the normal form, and normalizing can undo the folding. The result of
    # doing both twice is stable.
    for _ in range(2):
        visible = unicodedata.normalize("NFKC", visible).casefold()
    return _replace(
        visible,
        {
            char: punctuation
            for char in set(visible)
            if (punctuation := _to_ascii_punctuation(char, unicodedata.category(char))) != char
        },
    )


def remove_blanks(text: str) -> str:
    """Remove blanks and control characters, as clients remove tabs and line breaks."""
    return "".join(char for char in text if not is_blank(char))


def is_blank(char: str) -> bool:
    """Return whether *char* is a blank or a control character."""
    return char.isspace() or char in CONTROL_CHARACTERS


def _replace(text: str, replacements: dict[str, str]) -> str:
    table = {ord(char): replacement for char, replacement in replacements.items()}
    return text.translate(table) if table else text


def _is_ignored(char: str, category: str) -> bool:
    return category == "Cf" or any(first <= char <= last for first, last in _IGNORED)


def _to_ascii_punctuation(char: str, category: str) -> str:
    if char == _IDEOGRAPHIC_FULL_STOP:
        return "."
    if not char.isascii() and (category == "Pd" or char == _MINUS_SIGN):
        return "-"
    return char


def decode_percent(text: str) -> bytes:
    """Undo percent-encoding, even nested, in linear time."""
    # Python represents bytes in an environment variable that are not UTF-8 as surrogates.
    head, *parts = text.encode("utf-8", "surrogatepass").split(b"%")
    # From the last percent sign to the first, so that what follows each is decoded already. The
    # decoded bytes are kept in reverse, so that the next one is the last.
    decoded = bytearray()
    for part in reversed(parts):
        decoded += part[::-1]
        decoded.append(_PERCENT)
        while decoded[-1] == _PERCENT and _HEX_DIGITS.issuperset(decoded[-3:-1]):
            if len(decoded) < 3:  # noqa: PLR2004  # the sign and two digits
                break
            decoded[-3:] = bytes.fromhex(decoded[-2:-4:-1].decode())
    decoded += head[::-1]
    return bytes(decoded[::-1])


def _decode_percent(text: str) -> str:
    return decode_percent(text).decode("utf-8", "replace") if "%" in text else text


def _decode_punycode(text: str) -> str:
    if "xn--" not in text:
        return text
    separated = "".join(char if char.isalnum() or char in "-_" else " " for char in text)
    decoded = []
    position = 0
    for label in separated.split(" "):
        decoded.append(_decode_label(label))
        position += len(label)
        decoded.append(text[position : position + 1])
        position += 1
    return "".join(decoded)


def _decode_label(label: str) -> str:
    # Decoding takes quadratic time, and longer labels are invalid (RFC 1035 §2.3.4).
    if not label.startswith("xn--") or len(label) > _MAX_LABEL_CHARS:
        return label
    try:
        return label[4:].encode().decode("punycode")
    except UnicodeError:
        return label  # not punycode
