"""A strict parser for env files in the format of `docker run --env-file` and Compose."""

from __future__ import annotations

from proxy_guard.environment import ENVIRONMENT_VARIABLES
from proxy_guard.errors import ConflictingVariableError, EnvFileError
from proxy_guard.rules import INSPECTED_VARIABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Final

_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def merge_env_file(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ*, overridden by the variables in the env file.

    Raises:
        EnvFileError: the file cannot be read or is invalid.
        ConflictingVariableError: the file and *environ* set a variable that the guard checks to
            different values.
    """
    values = read_env_file(path)
    for name in (*ENVIRONMENT_VARIABLES, *INSPECTED_VARIABLES):
        inherited = environ.get(name, "").strip()
        if inherited and name in values and values[name].strip() != inherited:
            raise ConflictingVariableError(name)
    return {**environ, **values}


def read_env_file(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines with comments, `export`, and single and double quotes.

    A bare `NAME` is ignored, so the variable keeps its value from the environment. The last line
    for a name wins.

    Raises:
        EnvFileError: the file cannot be read or is invalid.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EnvFileError(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise EnvFileError(path, "is not UTF-8 text: save it as UTF-8") from error
    values = {}
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            assignment = _parse_line(line.strip())
        except ValueError as error:
            raise EnvFileError(path, str(error), line=number) from error
        if assignment:
            values[assignment[0]] = assignment[1]
    return values


def _parse_line(line: str) -> tuple[str, str] | None:
    if not line or line.startswith("#"):
        return None
    name, separator, value = line.removeprefix("export ").partition("=")
    name = name.strip()
    if not (name.isascii() and name.replace(".", "_").replace("-", "_").isidentifier()):
        message = "expected NAME=value, with letters, digits and _ in the name"
        raise ValueError(message)
    if "\0" in value:
        message = "contains a NUL character: remove it"
        raise ValueError(message)
    return (name, _parse_value(value.strip())) if separator else None


def _parse_value(text: str) -> str:
    quote = text[:1]
    if quote == "'":
        value, closing, rest = text[1:].partition(quote)
    elif quote == '"':
        value, closing, rest = _unescape(text[1:])
    else:
        return text.partition(" #")[0].rstrip() if not text.startswith("#") else ""
    if not closing:
        message = f"the closing {quote} is missing; write a line break as \\n in double quotes"
        raise ValueError(message)
    if rest.strip() and not rest.lstrip().startswith("#"):
        message = f"text follows the closing {quote}: remove it"
        raise ValueError(message)
    return value


def _unescape(text: str) -> tuple[str, str, str]:
    """Split *text* at the closing double quote; return value, quote and rest."""
    value: list[str] = []
    characters = iter(text)
    for char in characters:
        if char == '"':
            return "".join(value), char, "".join(characters)
        if char == "\\":
            escaped = next(characters, "")
            value.append(_ESCAPES.get(escaped, char + escaped))
        else:
            value.append(char)
    return "".join(value), "", ""
