# DEV-ONLY: never ship to production.
"""Lenient decoding of base64url and JSON, which reports each violation of the specifications.

Spec: RFC 7515 §2, RFC 4648 §3.5, RFC 8259, RFC 7493
"""

import json
import re
from binascii import a2b_base64
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from jwt_core import base64url, strict_json

_MAX_INTEGER_DIGITS: Final = 400
_MAX_NAME: Final = 80
_SPACE: Final = r"[ \t\n\r]*"
_BEGIN: Final = re.compile(rf"{_SPACE}{{{_SPACE}(?:(?=\")|(?P<end>}}))")
_COLON: Final = re.compile(f"{_SPACE}:{_SPACE}")
_NEXT: Final = re.compile(rf"{_SPACE}(?:,{_SPACE}(?=\")|(?P<end>}}))")
_NOT_BASE64URL: Final = re.compile(r"[^A-Za-z0-9_-]")


class Problem(StrEnum):
    """What is wrong with a part of a token, in a sentence."""

    PADDING = "It has padding (=), which base64url omits in a token."
    BLANK = "It contains white space."
    ALPHABET = "It contains + or /, where base64url has - and _."
    FOREIGN = "It contains characters that are not base64url."
    LENGTH = "Its length is impossible in base64url: a character is missing, or one is too many."
    STRAY_BITS = "The last character has stray bits, which are not part of any byte."
    NOT_UTF8 = "It is not text in UTF-8."
    UTF16 = "It is in UTF-16 instead of UTF-8."
    BOM = "It begins with a byte order mark."
    TRAILING = "Other text follows the JSON object."
    NOT_OBJECT = "It is JSON, but not an object."
    NOT_JSON = "It is not JSON."
    TOO_DEEP = "It is nested too deeply."
    SURROGATE = "It contains half of a surrogate pair, which represents no character."
    NOT_STRICT = "It contains NaN, a number out of range or a nested member twice."


class Decoded(NamedTuple):
    """Bytes of base64url; None if the text is not base64url in any spelling."""

    data: bytes | None
    problems: tuple[Problem, ...]


class Member(NamedTuple):
    """A member of a JSON object: its name, its value, and the value as it is written."""

    name: str
    value: Any
    text: str


class JsonPart(NamedTuple):
    """A part of a token as text, and the members of its JSON object; None if it is not one."""

    text: str
    members: tuple[Member, ...] | None
    problems: tuple[str, ...]

    def get_repeated(self, name: str) -> list[Any]:
        """Return the values of a member that occurs more than once; empty for any other member."""
        values = [member.value for member in self.members or () if member.name == name]
        return values if len(values) > 1 else []


def decode_base64(text: str) -> Decoded:
    """Decode *text* in any spelling of base64."""
    bare = re.sub(r"[\s=]", "", text).replace("+", "-").replace("/", "_")
    found = {
        Problem.PADDING: "=" in text,
        Problem.BLANK: re.search(r"\s", text) is not None,
        Problem.ALPHABET: re.search(r"[+/]", text) is not None,
        Problem.FOREIGN: _NOT_BASE64URL.search(bare) is not None,
    }
    problems = [problem for problem, is_found in found.items() if is_found]
    if found[Problem.FOREIGN]:
        return Decoded(None, tuple(problems))
    if len(bare) % 4 == 1:
        return Decoded(None, (*problems, Problem.LENGTH))
    standard = bare.replace("-", "+").replace("_", "/")
    data = a2b_base64(standard + "=" * (-len(bare) % 4))
    if base64url.encode(data) != bare:
        problems.append(Problem.STRAY_BITS)
    return Decoded(data, tuple(problems))


def read_json(data: bytes) -> JsonPart:
    """Read *data* as one JSON object, in UTF-8 or UTF-16, even if other text follows it."""
    text, problems = _decode_text(data)
    members: tuple[Member, ...] | None = None
    try:
        members, rest = _scan_object(text)
        problems += [Problem.TRAILING] if rest.strip(" \t\n\r") else []
    except ValueError:
        problems.append(Problem.NOT_OBJECT if _is_json(text) else Problem.NOT_JSON)
    except RecursionError:
        problems.append(Problem.TOO_DEEP)
    return JsonPart(text, members, tuple(problems or _find_other_problems(data, members or ())))


def _decode_text(data: bytes) -> tuple[str, list[str]]:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), [Problem.UTF16]
    problems: list[str] = [Problem.BOM] if data.startswith(BOM_UTF8) else []
    text = data.decode("utf-8-sig", "replace")
    if "\ufffd" in text and not _is_utf8(data):
        problems.append(Problem.NOT_UTF8)
    return text, problems


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parse_integer(text: str) -> float:
    return int(text) if len(text) <= _MAX_INTEGER_DIGITS else float(text)


_DECODER: Final = json.JSONDecoder(parse_int=_parse_integer)


def _is_json(text: str) -> bool:
    try:
        _DECODER.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _scan_object(text: str) -> tuple[tuple[Member, ...], str]:
    """Return the members of the object at the beginning of *text*, and the text behind it.

    Raises:
        ValueError: *text* does not begin with a JSON object.
        RecursionError: a value is nested too deeply.
    """
    members: list[Member] = []
    match = _match(_BEGIN, text, 0)
    while not match["end"]:
        name, position = _DECODER.raw_decode(text, match.end())
        start = _match(_COLON, text, position).end()
        value, end = _DECODER.raw_decode(text, start)
        members.append(Member(name, value, text[start:end]))
        match = _match(_NEXT, text, end)
    return tuple(members), text[match.end() :]


def _match(pattern: re.Pattern[str], text: str, position: int) -> re.Match[str]:
    match = pattern.match(text, position)
    if match is None:
        raise ValueError
    return match


def _find_other_problems(data: bytes, members: Sequence[Member]) -> Iterator[str]:
    """Yield why strict parsers reject *data*, which lenient ones read."""
    repeated = Counter(member.name for member in members)
    names = [name for name, count in repeated.items() if count > 1]
    yield from (f"It contains {json.dumps(name[:_MAX_NAME])} more than once." for name in names[:9])
    try:
        strict_json.decode_object(data)
    except UnicodeEncodeError:
        yield Problem.SURROGATE
    except ValueError:
        if not names:
            yield Problem.NOT_STRICT
