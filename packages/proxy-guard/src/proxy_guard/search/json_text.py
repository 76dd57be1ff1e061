"""JSON as lenient clients read it.

Strict JSON is parsed by the standard library. A second parser accepts what some clients accept
beyond that: comments, single quotes, names without quotes, missing or additional commas and
brackets, text before, between and after documents.

Numbers stay text: `int()` rejects long numbers, or takes quadratic time for them.
"""

from __future__ import annotations

import re
from json import JSONDecoder

from proxy_guard.search.escapes import decode_backslashes
from proxy_guard.search.unwrapping import unescape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from proxy_guard.search.budget import Budget

_TOKEN: Final = re.compile(
    r"""
      (?P<string> "[^"\\]*(?:\\.[^"\\]*)*"? | '[^'\\]*(?:\\.[^'\\]*)*'? )
    | (?P<punctuation> [{}\[\]:,] )
    | (?P<comment> //[^\r\n]* | /\* | \#[^\r\n]* )
    | (?P<bare> [^\s{}\[\]:,"'/\#]+ | / )
    """,
    re.VERBOSE | re.DOTALL,
)
_CALL_WORK: Final = 10
_CHARS_PER_WORK: Final = 50
_START: Final = re.compile(r"[{\[]")


def parse(text: str, budget: Budget) -> tuple[list[object], bool]:
    """Parse the JSON in *text*, which may be escaped or surrounded by other text.

    Returns:
        The values, and whether *text* is JSON and nothing else.

    Raises:
        RecursionError: a value is nested too deeply.
    """
    budget.charge(_CALL_WORK)
    decoder = _build_decoder(budget)
    candidates = dict.fromkeys((text, unescape(text)))
    for index, candidate in enumerate(candidates):
        if candidate.startswith(('"', "{", "[")):
            budget.charge(len(candidate) // _CHARS_PER_WORK)
            try:
                return [decoder.decode(candidate)], index == 0  # other escapes may remain
            except ValueError:
                continue
    if text.startswith("<"):
        return [], False  # a web page, which may contain large scripts
    return [
        document
        for candidate in candidates
        for document in _parse_documents(candidate, decoder, budget)
    ], False


def _parse_documents(text: str, decoder: JSONDecoder, budget: Budget) -> Iterator[object]:
    position = 0
    while start := _START.search(text, position):
        budget.charge(4)
        try:
            document, position = decoder.raw_decode(text, start.start())
        except ValueError:
            yield _parse_leniently(text, start.start(), budget)
            return
        yield document


class _Container:
    """An object or a list under construction. Its items are pairs of a name, if any, and a value.

    Args:
        bracket: The opening bracket.
    """

    def __init__(self, bracket: str) -> None:
        self.bracket = bracket
        self.items: list[tuple[str | None, object]] = []
        self.name: str | None = None

    def add(self, value: object) -> None:
        self.items.append((self.name, value))
        self.name = None

    def name_next(self) -> None:
        """Make the last value the name of the next one."""
        if self.items and isinstance(self.items[-1][1], str):
            self.name = str(self.items.pop()[1])

    def build(self) -> object:
        named = [(name, value) for name, value in self.items if name is not None]
        others = [value for name, value in self.items if name is None]
        if self.bracket == "[" and not named:
            return others
        return _keep_all([*named, ("", others)] if others else named)


def _parse_leniently(text: str, position: int, budget: Budget) -> object:
    stack = [_Container("{")]
    while token := _TOKEN.search(text, position):
        budget.charge(1)
        position = _find_end(text, token)
        if token.lastgroup in {"string", "bare"}:
            stack[-1].add(_read_scalar(token[0], budget))
        elif token.lastgroup == "punctuation":
            budget.charge(2)
            _read_punctuation(token[0], stack)
    while len(stack) > 1:
        stack[-2].add(stack.pop().build())
    return stack[0].build()


def _read_punctuation(mark: str, stack: list[_Container]) -> None:
    if mark in "{[":
        stack.append(_Container(mark))
    elif mark == ":":
        stack[-1].name_next()
    elif mark == ",":
        stack[-1].name = None
    elif len(stack) > 1:
        stack[-2].add(stack.pop().build())


def _find_end(text: str, token: re.Match[str]) -> int:
    if token[0] != "/*":
        return token.end()
    end = text.find("*/", token.end())
    return len(text) if end < 0 else end + 2


def _read_scalar(token: str, budget: Budget) -> str:
    if token[:1] not in {'"', "'"}:
        return token
    content = token[1:-1] if len(token) > 1 and token[-1] == token[0] else token[1:]
    budget.charge(content.count("\\"))
    return decode_backslashes(content) if "\\" in content else content


def _keep_all(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Keep every member with a repeated name: some clients use the last, some the first."""
    members = dict(pairs)
    if len(members) < len(pairs):
        members[""] = [dict(reversed(pairs)), *({name: value} for name, value in pairs)]
    return members


def _build_decoder(budget: Budget) -> JSONDecoder:
    def build(pairs: list[tuple[str, object]]) -> dict[str, object]:
        budget.charge(1 + len(pairs) // 4)
        members = _keep_all(pairs)
        if len(members) <= len(pairs) and "" in members:
            budget.charge(len(pairs))
        return members

    return JSONDecoder(
        strict=False,
        parse_int=str,
        parse_float=str,
        parse_constant=str,
        object_pairs_hook=build,
    )
