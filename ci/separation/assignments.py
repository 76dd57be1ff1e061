"""Assignments in text: env files, scripts, command lines, and configuration that is not parsed."""

import re
import sys
from bisect import bisect
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_VALUE: Final = r"""["']?(?P<value%d>[^\s"',;}<]{1,2048}+(?:[,;](?=[a-z]{2,9}://)[^\s"',;}<]{1,2048}+){0,20}+)"""
_ASSIGNMENT: Final = re.compile(
    # Kubernetes, Spring: name: NAME, value: VALUE in YAML, JSON or XML, in either order
    r"""\b(?:name|key)["']?[ \t]*[:=][ \t]*["']?(?P<name1>[\w.-]+)["']?[,\s]*["']?\bvalue["']?"""
    r"""[ \t]*[:=][ \t]*"""
    + _VALUE % 1
    + r"""|\bvalue["']?[ \t]*:[ \t]*"""
    + _VALUE % 2
    + r"""(?=["'\s,]++name["']?[ \t]*:[ \t]*["']?(?P<name2>[\w.-]+))"""
    # Dockerfile: ENV NAME VALUE; nginx: set $NAME VALUE; csh, Apache: setenv NAME VALUE; Windows:
    # setx NAME VALUE; fish: set -gx NAME VALUE; CGI: fastcgi_param NAME VALUE
    + r"""|^[ \t]*(?:(?:ENV|setenv|setx|set[ \t]+-\w+|\w+_param)[ \t]+|set[ \t]+\$)"""
    r"""["']?(?P<name3>\w+)["']?[ \t]+"""
    + _VALUE % 3
    # A directive with a URL, in nginx, Apache, Caddy and properties: NAME https://…
    + r"""|^[ \t]*(?P<name7>[a-z][\w.-]{2,60})[ \t]+(?=["']?https?:)"""
    + _VALUE % 7
    # Templates: NAME | default "VALUE", and default "VALUE" NAME
    + r"""|\b(?P<name8>[\w.-]{3,60})[ \t]*\|[ \t]*default[ (]+"""
    + _VALUE % 8
    + r"""|\bdefault[ \t]+(?=["'])"""
    + _VALUE % 9
    + r"""(?=["'][ \t]+\.?(?P<name9>[\w.-]{3,60}))"""
    # Arguments: --NAME VALUE, ["--NAME", "VALUE"], and on two lines of YAML
    + r"""|--(?P<name4>[a-z][\w.-]{2,60})(?:["']?(?:,\s*|\s+-)|[ \t])[ \t]*"""
    + _VALUE % 4
    # A call with two arguments, such as SetEnvironmentVariable of .NET
    + r"""|\bset\w*env\w*\(\s*["'](?P<name6>\w+)["']\s*,\s*"""
    + _VALUE % 6
    # NAME=VALUE, NAME: VALUE, "NAME": "VALUE", -Dname=VALUE, <NAME>VALUE, a folded scalar of YAML
    # and a value on the next line. Some names are excluded because their value is a setting, such
    # as Environment of systemd
    + r"""|\b(?!(?:environment|env|key|name)["']?[ \t]*[:=])"""
    r"""(?P<name5>[A-Za-z][\w.-]{2,60})["'\])]{0,3}(?:[ \t]+string)?[ \t]*"""
    r"""(?:[:?+]?=>?|:(?!:)|>)[ \t]*"""
    r"""(?:(?:[>|][+-]?)?\s+(?!["']?[\w.-]+["']?[ \t]*(?:=|:[\s"'])|[-#\[]))?"""
    + _VALUE % 5,
    re.MULTILINE | re.IGNORECASE,
)  # fmt: skip
_INNER: Final = re.compile(r"""\s*["']?([\w.-]+)(?:\[\d+\])?(?:=|:(?=[a-z]{2,9}://))["']?(?=.)""")
_SECTION: Final = re.compile(r"""[ \t]*\[+[ \t]*["']?([^\]"'\n]+)["']?[ \t]*\]+[ \t]*""")
_OPENER: Final = re.compile(
    r"""[ \t]*(?:-[ \t]+)?["']?(?P<name>[\w.-]+)["']?(?:[ \t]+"(?P<label>[^"\n]*)")*[ \t]*[:=]?"""
    r"""[ \t]*[\[({]?[ \t]*(?:[&#].*)?"""
)
_INLINE_OPENER: Final = re.compile(
    r"""([\w.-]+)["']?[ \t]*(?:[:=]?[ \t]*[{(][ \t]*["':]?|:[ \t]+["']?)$"""
)
_NEAR_LINES: Final = 6
_MAX_LINES: Final = 200
"""Lines before an assignment that are searched for the sections that contain it."""

_MAX_LINE_CHARS: Final = 256


class Assignment(NamedTuple):
    """An assignment in a text, and where it starts."""

    name: str
    value: str
    start: int


def is_assignment(value: str) -> bool:
    """Return whether *value* is an assignment itself, as in `environment: [NAME=VALUE]`."""
    return _INNER.match(value) is not None


def find_assignments(text: str, positions: Iterable[int]) -> Iterator[Assignment]:
    """Yield the assignments near *positions*, also those inside of a value: `--set a.b=VALUE`."""
    for match in _find_matches(text, positions):
        groups = {key: text for key, text in match.groupdict().items() if text}
        name, value = (
            next(groups[key] for key in groups if key.startswith(kind))
            for kind in ("name", "value")
        )
        yield Assignment(name, value, match.start())
        while inner := _INNER.match(value):
            value = value[inner.end() :]
            yield Assignment(inner[1], value, match.start())


def _find_matches(text: str, positions: Iterable[int]) -> Iterator[re.Match[str]]:
    """Search the line at each position and a few lines around it."""
    end = 0
    for position in positions:
        if position < end:
            continue
        start = position
        for _ in range(_NEAR_LINES):
            start = max(text.rfind("\n", end, start), end)
        end = position
        for _ in range(_NEAR_LINES):
            end = text.find("\n", end + 1) % (len(text) + 1)
            if end == len(text):
                break
        yield from _ASSIGNMENT.finditer(text, start, end)


class Outline:
    """The sections of a text: `[name]`, or `name:` or `name {` before more indented lines."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []
        self._lines: list[tuple[int, str, bool]] = []
        start = 0
        for line in text.splitlines(keepends=True):
            self._starts.append(start)
            start += len(line)
            head = line[:_MAX_LINE_CHARS].rstrip()
            section, opener = _SECTION.fullmatch(head), _OPENER.fullmatch(head)
            name = section[1] if section else opener and (opener["label"] or opener["name"])
            indent = len(head) - len(head.lstrip()) if head else sys.maxsize
            self._lines.append((indent, name or "", section is not None))

    def list_sections(self, start: int) -> list[str]:
        """Return the names of the sections around the line at *start*, the innermost first."""
        number = bisect(self._starts, start) - 1
        before = _INLINE_OPENER.search(self._text[self._starts[number] : start][-_MAX_LINE_CHARS:])
        names = [before[1]] if before else []
        indent = self._lines[number][0]
        for depth, name, is_section in reversed(self._lines[max(number - _MAX_LINES, 0) : number]):
            if is_section:
                return names + re.split(r"[. ]+", name)[::-1]
            if depth < indent:
                indent = depth
                names += [name] if name else []
        return names
