# DEV-ONLY: never ship to production.
"""The token within the text that a person pastes.

Only its surroundings and line breaks are removed: terminals and mail programs wrap lines, and a
header field cannot contain a line break. Spaces inside the token stay, since they are a defect.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from token_issuer.tokens.lenient_decoding import read_json

_FIELD: Final = re.compile(
    r"""(?:^[ \t]*|(?P<quote>["']))authorization:[ ]?(?P<value>.*?)"""
    r"""(?=(?(quote)(?P=quote)|\r?\n[a-z0-9-]+:)|\Z)""",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_SCHEME: Final = re.compile(r"\s*(bearer|token|jwt|dpop)[ \t]+", re.IGNORECASE)
_WITHIN: Final = re.compile(r"(?<![\w.-])eyJ[\w-]*\.[\w-]*\.[\w-]*(?:\.[\w-]+){0,2}", re.ASCII)
"""A JWT or JWE within another text, such as a URL or a cookie."""
_LINE_BREAK: Final = re.compile(r"[\r\n]+")
_AROUND: Final = " \t\r\n\f\v\ufeff\u00a0\u200b\"'`,;"
_JWT_DOTS: Final = 2
_BEGIN: Final = "eyJ"


class CleanedText(NamedTuple):
    """A token, and what was removed to find it.

    Attributes:
        token: The token.
        fields: The values of the `Authorization` header fields; empty if the text has none.
        notes: What was removed, in sentences.
    """

    token: str
    fields: Sequence[str]
    notes: list[str]


def clean(text: str) -> CleanedText:
    """Return the token within *text*."""
    notes: list[str] = []
    fields = [match["value"].rstrip("\r\n") for match in _FIELD.finditer(text)]
    if fields:
        notes.append("The name of the header field, Authorization, was removed.")
    elif text.lstrip().startswith("{"):
        text, fields = _read_response(text, notes)
    if not fields:
        text = _strip(text, notes)
        fields = [text] if _SCHEME.match(text) else []
    if any(_LINE_BREAK.search(each) for each in fields or [text]):
        notes.append("Line breaks within the token were removed.")
    fields = [_join_lines(field) for field in fields]
    token = _find_token(fields[0], notes) if fields else _join_lines(text)
    if not token.startswith(_BEGIN) and (within := _WITHIN.search(token)):
        notes.append("The text around the token was removed.")
        token = within[0]
    return CleanedText(token, fields, notes)


def _read_response(text: str, notes: list[str]) -> tuple[str, list[str]]:
    """Return the token of a token response, and the header fields that it contains."""
    members = read_json(text.encode("utf-8", "replace")).members
    response = {member.name: member.value for member in members or ()}
    fields = response.get("authorization")
    if isinstance(fields, list) and fields and all(isinstance(each, str) for each in fields):
        notes.append(
            "The header fields are those in the member authorization of the token response."
        )
        return "", fields
    tokens = {
        name: token
        for name in ("id_token", "access_token")
        if isinstance(token := response.get(name), str)
    }
    readable = [name for name, token in tokens.items() if token.count(".") >= _JWT_DOTS]
    for name in [*readable, *tokens][:1]:
        notes.append(f"The token is the {name} of the token response.")
        return tokens[name], []
    return text, []


def _strip(text: str, notes: list[str]) -> str:
    bare = text.strip(_AROUND)
    if bare != text.strip():
        notes.append("Quotes or punctuation around the token were removed.")
    elif bare != text:
        notes.append("White space around the token was removed.")
    return bare


def _join_lines(text: str) -> str:
    """Join the lines of *text*, without the blanks at the breaks."""
    first, *others = _LINE_BREAK.split(text)
    return first.rstrip(" \t") + "".join(map(str.strip, others)) if others else first


def _find_token(field: str, notes: list[str]) -> str:
    """Return the first token in the value of an `Authorization` header field."""
    if scheme := _SCHEME.match(field):
        notes.append(f"The scheme {scheme[1]} was removed.")
        field = field[scheme.end() :]
    pieces = [piece.strip(" \t") for piece in field.split(",")]
    return next(filter(None, pieces), "")
