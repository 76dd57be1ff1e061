"""Fingerprints of the simulator's docstrings, messages and comments, to detect renamed copies.

These texts survive renaming and reformatting, and bytecode contains docstrings and messages. So do
those of the console's page, style sheet and scripts. Other code is not used, because many projects
have the same import lines, HTML heads and style sheets.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from separation.marks import GUARD_SOURCE, ROOT, SIMULATOR_SOURCE

_LETTERS: Final = bytes(
    byte if chr(byte).isascii() and chr(byte).isalpha() else 32 for byte in range(256)
)
_RUN_WORDS: Final = 7
"""Words in a run. Shorter runs also occur in docstrings of other projects."""

_MIN_KNOWN_RUNS: Final = 3
"""Matches that make a finding; fewer may be a coincidence."""

_WEB_PAGE: Final = re.compile(rb"<html\b|\bcolor:")

_STRING: Final = rb'"(?:[^"\\\n]|\\.)*+"' + rb"|'(?:[^'\\\n]|\\.)*+'"
_PROSE: Final = {
    suffix: re.compile(pattern, re.DOTALL)
    for suffix, pattern in {
        ".py": rb"#[^\n]*"
        rb'|"""(?:[^"\\]|\\.|"(?!""))*+"""'
        rb"|'''(?:[^'\\]|\\.|'(?!''))*+'''|" + _STRING,
        ".js": rb"//[^\n]*|/\*.*?\*/|`(?:[^`\\]|\\.)*+`|" + _STRING,
        ".css": rb"/\*.*?\*/",
        ".html": rb"<!--.*?-->|(?<=>)[^<>]+|" + _STRING,
    }.items()
}
"""Comments, strings and the text of a page, by the suffix of the file. `tokenize` finds the same
ones in Python and takes five times as long."""

_PUBLIC_NAME: Final = re.compile(rb"\b(?:urn:|https?://)[^\s\"'<>`]+")
"""URIs of standards and their pages, which every implementation of a protocol contains."""

_PRODUCTION_SOURCES: Final = (
    GUARD_SOURCE,
    ROOT / "packages/bounded-http/src",
    ROOT / "packages/jwt-core/src",
    ROOT / "examples/proxy/src",
)

Run = tuple[bytes, ...]


def count_known_runs(data: bytes) -> int:
    """Return how many word runs of *data* occur in the simulator; 0 if below the minimum."""
    found = len(_fingerprint().intersection(_list_runs(data)))
    return found if found >= _MIN_KNOWN_RUNS else 0


@cache
def _fingerprint() -> frozenset[Run]:
    own = set(_list_prose_runs(SIMULATOR_SOURCE))
    for folder in _PRODUCTION_SOURCES:
        own.difference_update(_list_prose_runs(folder))
    return frozenset(own)


def _list_prose_runs(folder: Path) -> Iterator[Run]:
    for path in folder.rglob("*.*"):
        prose = _PROSE.get(path.suffix)
        for text in prose.findall(path.read_bytes()) if prose else ():
            if not _WEB_PAGE.search(text):
                yield from _list_runs(_PUBLIC_NAME.sub(b" ", text))


def _list_runs(data: bytes) -> Iterator[Run]:
    words = [word for word in data.translate(_LETTERS).split() if len(word) > 1]
    return zip(*(words[start:] for start in range(_RUN_WORDS)), strict=False)
