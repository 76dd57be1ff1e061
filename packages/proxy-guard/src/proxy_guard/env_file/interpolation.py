"""Interpolation of `$NAME` and `${NAME}` in env files, as Compose does it."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Final, TypeAlias

    Lookup: TypeAlias = Callable[[str], str | None]

MAX_NESTING: Final = 5
_NAME: Final = "[_A-Za-z\u017f\u212a][_A-Za-z0-9\u017f\u212a]*"  # Go folds two letters to s and k
_DOLLAR: Final = re.compile(
    rf"\$(?:(?P<escaped>\$)|(?P<plain>{_NAME})|\{{(?P<braced>{_NAME})?(?P<operator>:?[-+?])?)"
)

_BRACE: Final = re.compile(r"\{.?|\}", re.DOTALL)  # Compose skips the character behind a `{`


def interpolate(text: str, lookup: Lookup, *, nesting: int = 0) -> str:
    """Replace each reference in *text* by its value; an unset variable is empty.

    `${NAME:-default}`, `${NAME:+replacement}` and `${NAME:?message}` are supported, also without
    the colon and nested; `$$` is a dollar sign.

    Raises:
        ValueError: a reference is invalid, or requires a variable that is unset.
    """
    if "$" not in text:
        return text
    if nesting > MAX_NESTING:
        message = f"references with $ are nested more than {MAX_NESTING} times: write the value"
        raise ValueError(message)
    return "".join(_interpolate(text, lookup, nesting))


def _interpolate(text: str, lookup: Lookup, nesting: int) -> Iterator[str]:
    position, last_brace = 0, -1
    while found := _DOLLAR.search(text, position):
        yield text[position : found.start()]
        position = found.end()
        if found["escaped"]:
            yield "$"
        elif found["plain"]:
            yield lookup(found["plain"]) or ""
        else:
            if last_brace < position:
                last_brace = _find_last_brace(text, position)
            if found["operator"]:
                is_closed = last_brace >= position
            else:
                is_closed = text.startswith("}", position)
            if not (found["braced"] and is_closed):
                message = "contains an invalid reference: write $$ for a dollar sign"
                raise ValueError(message)
            end = _find_closing_brace(text, found.start(), last_brace)
            word = text[position:end]
            yield _substitute(found["braced"], found["operator"] or "", word, lookup, nesting)
            position = end + 1
    yield text[position:]


def _substitute(name: str, operator: str, word: str, lookup: Lookup, nesting: int) -> str:
    value = lookup(name)
    is_set = bool(value) if operator.startswith(":") else value is not None
    if operator.endswith("+"):
        return interpolate(word, lookup, nesting=nesting + 1) if is_set else value or ""
    if operator.endswith("-") and not is_set:
        return interpolate(word, lookup, nesting=nesting + 1)
    if operator.endswith("?") and not is_set:
        message = f"requires {name}, which has no value: set it"
        raise ValueError(message)
    return value or ""


def _find_last_brace(text: str, start: int) -> int:
    end = text.find("\n", start)
    return text.rfind("}", start, end if end >= 0 else len(text))


def _find_closing_brace(text: str, start: int, last_brace: int) -> int:
    """Return the position of the brace that closes the one after *start*, or else the last one."""
    depth = 0
    for brace in _BRACE.finditer(text, start, last_brace + 1):
        depth += 1 if brace[0].startswith("{") else -1
        if depth == 0:
            return brace.start()
    return last_brace
