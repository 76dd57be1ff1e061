"""Env files, read as Compose reads the `env_file` of a service.

Files are refused if another reading could hide which environment this is or whom the proxy trusts.
"""

from __future__ import annotations

import os
import re
import stat

from proxy_guard.env_file.interpolation import interpolate
from proxy_guard.environment import ENVIRONMENT_VARIABLES
from proxy_guard.errors import ConflictingVariableError, EnvFileError
from proxy_guard.rules import INSPECTED_VARIABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Final

MAX_ENV_FILE_BYTES: Final = 128 * 1024
"""Limit of the file. Linux limits a single variable to the same size (`MAX_ARG_STRLEN`)."""
MAX_STATEMENTS: Final = 5000
MAX_TOTAL_CHARS: Final = 1024 * 1024
"""Limit for all values after interpolation; Linux passes at most 2 MiB to a process."""

IGNORES_CASE: Final = os.name == "nt"
"""Whether the names of variables are compared without case, as in Windows."""

_DECIDING_VARIABLES: Final = frozenset({*ENVIRONMENT_VARIABLES, *INSPECTED_VARIABLES})
_BLANKS: Final = "\t\v\f\r \x85\xa0"  # what Compose skips within a line
_SPACES: Final = (  # `unicode.IsSpace` of Go
    _BLANKS
    + "\n\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u2028\u2029\u202f\u205f\u3000"
)

_BETWEEN: Final = re.compile(rf"(?:[{_SPACES}]|#[^\n]*+)*+")
_STATEMENT: Final = re.compile(
    rf"(?:export(?=[\t\n\f\r ])[{_BLANKS}]*+)?+(?P<name>[A-Za-z_][\w.\-\[\]]*+)?+"
    rf"[{_BLANKS}]*+(?P<separator>[=:\n]|\Z)[{_BLANKS}]*+",
    re.ASCII,
)
_QUOTED: Final = {
    quote: re.compile(rf"{quote}([^{quote}\\]*+(?:\\.[^{quote}\\]*+)*+){quote}", re.DOTALL)
    for quote in "'\""
}
_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
_REST_OF_LINE: Final = re.compile(rf"(?:[{_SPACES}](?<!\n))*+(?:#|\n|\Z)")
_ESCAPE: Final = re.compile(r'\\(?:[abcfnrtv$"\\]|0[0-9]{0,3})')
_OCTAL: Final = re.compile("[0-3][0-7]{2}")
_ESCAPED: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_HIDDEN: Final = re.compile(
    rf"\n(?:[{_SPACES}](?<!\n))*+({'|'.join(sorted(_DECIDING_VARIABLES))})="
)


def merge_env_file(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ*, overridden by the variables in the env file.

    Raises:
        EnvFileError: the file cannot be read or is invalid.
        ConflictingVariableError: the file and *environ* set a variable that the guard checks to
            different values.
    """
    values = read_env_file(path, environ)
    for name in (*ENVIRONMENT_VARIABLES, *INSPECTED_VARIABLES):
        inherited = environ.get(name, "").strip()
        if inherited and name in values and values[name].strip() != inherited:
            raise ConflictingVariableError(name)
    return {**environ, **values}


def read_env_file(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the env file sets.

    A bare `NAME` takes the value of the variable from *environ*. The last value of a name wins.

    Args:
        path: A regular file of at most `MAX_ENV_FILE_BYTES`.
        environ: The variables that the file may refer to; they win over those of the file.

    Raises:
        EnvFileError: the file cannot be read or is invalid, or could be read in two ways.
    """
    return _Reader(path, _read_text(path), environ).read()


def _read_text(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe could block
            raise EnvFileError(path, "is not a regular file: write the variables to a file")
        with path.open("rb") as file:
            data = file.read(MAX_ENV_FILE_BYTES + 1)
    except OSError as error:
        raise EnvFileError(path, f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_ENV_FILE_BYTES:
        limit = f"{MAX_ENV_FILE_BYTES // 1024} KiB"
        raise EnvFileError(path, f"is larger than {limit}: keep the variables of one service in it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EnvFileError(path, "is not UTF-8 text: save it as UTF-8") from error


class _Reader:
    def __init__(self, path: Path, text: str, environ: Mapping[str, str]) -> None:
        self._path = path
        self._text = text
        self._environ = environ
        self._values: dict[str, str] = {}
        self._position = 0
        self._statements = 0
        self._size = 0

    def read(self) -> dict[str, str]:
        while (start := self._skip_between()) < len(self._text):
            try:
                self._read_statement()
            except ValueError as error:
                line = self._text.count("\n", 0, start) + 1
                raise EnvFileError(self._path, str(error), line=line) from error
        return self._values

    def _skip_between(self) -> int:
        between = _BETWEEN.match(self._text, self._position)
        self._position = between.end() if between else self._position
        return self._position

    def _read_statement(self) -> None:
        self._statements += 1
        if self._statements > MAX_STATEMENTS:
            message = f"the file has more than {MAX_STATEMENTS} variables: remove some"
            raise ValueError(message)
        statement = _STATEMENT.match(self._text, self._position)
        name, separator = statement.group("name", "separator") if statement else (None, "")
        if not statement or (name is None and separator != "\n"):
            message = "expected NAME=value, with letters, digits and _ in the name"
            raise ValueError(message)
        self._position = statement.end()
        if name is None:  # `export` alone
            return
        if IGNORES_CASE:
            name = name.upper()
        if separator not in {"=", ":"}:
            # The last line is ignored by Compose without a line break. The value of a deciding
            # variable is kept, so that it is compared with the environment.
            if separator and name not in _DECIDING_VARIABLES and name in self._environ:
                self._set(name, self._environ[name])
            return
        if name in _DECIDING_VARIABLES and separator == ":":
            message = f"{name}: is not read by all tools: write {name}=value"
            raise ValueError(message)
        self._set(name, self._read_value(name))

    def _set(self, name: str, value: str) -> None:
        self._size += len(value)
        if self._size > MAX_TOTAL_CHARS:
            message = f"the values have more than {MAX_TOTAL_CHARS} characters: shorten them"
            raise ValueError(message)
        if "\0" in value:
            message = "contains a NUL character: remove it"
            raise ValueError(message)
        self._values[name] = value

    def _read_value(self, name: str) -> str:
        quote = self._text[self._position : self._position + 1]
        if quote in _QUOTED:
            text = self._read_quoted(quote)
            return text if quote == "'" else self._interpolate(_ESCAPE.sub(_unescape, text), name)
        end = self._text.find("\n", self._position)
        line = self._text[self._position : end if end >= 0 else len(self._text)]
        self._position += len(line)
        return self._interpolate(line.partition(" #")[0].rstrip(_SPACES), name)

    def _read_quoted(self, quote: str) -> str:
        found = _QUOTED[quote].match(self._text, self._position)
        if not found:
            message = f"the closing {quote} is missing: add it"
            raise ValueError(message)
        self._position = found.end()
        if not _REST_OF_LINE.match(self._text, self._position):
            message = f"text follows the closing {quote}: remove it"
            raise ValueError(message)
        hidden = _HIDDEN.search(found[1])
        if hidden:
            message = (
                f"a quoted value contains the line {hidden[1]}=, which `docker run` reads as a "
                "variable: write the value on one line, with \\n in double quotes"
            )
            raise ValueError(message)
        return _PAIR.sub(lambda pair: quote if pair[1] == quote else pair[0], found[1])

    def _interpolate(self, text: str, name: str) -> str:
        def refuse(_: str) -> str:
            message = (
                f"{name} refers to another variable with $, whose value depends on the machine: "
                "write the value itself, or $$ for a dollar sign"
            )
            raise ValueError(message)

        return interpolate(text, refuse if name in _DECIDING_VARIABLES else self._look_up)

    def _look_up(self, name: str) -> str | None:
        return self._environ.get(name, self._values.get(name))


def _unescape(escape: re.Match[str]) -> str:
    r"""Return the text of an escape in double quotes; `\0101` is a character in octal."""
    text = escape[0]
    if text == "\\$":
        return "$$"
    if text[1] == "0":
        digits = text[2:]
        return chr(int(digits, 8)) if _OCTAL.fullmatch(digits) else f"\\{digits}"
    return _ESCAPED.get(text[1], text if text[1] == "c" else text[1])
