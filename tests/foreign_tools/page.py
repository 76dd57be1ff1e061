"""The table of results in policy/README.md."""

import re
from dataclasses import dataclass
from typing import Final

from tests.machine import ROOT

PAGE: Final = ROOT / "policy/README.md"
_HEAD: Final = "| tool | version | date | result |\n|---|---|---|---|\n"
_TABLE: Final = re.compile(re.escape(_HEAD) + r"((?:\|.*\n)*)")


@dataclass(frozen=True)
class Result:
    """What a tool did.

    Attributes:
        tool: Its name.
        version: Its version.
        date: The day of the run.
        verdict: What it did, in words.
        is_ok: Whether this is as expected.
    """

    tool: str
    version: str
    date: str
    verdict: str
    is_ok: bool

    def format(self) -> str:
        """Return the row of the table."""
        return f"| {self.tool} | {self.version} | {self.date} | {self.verdict} |\n"


def update_table(text: str, results: list[Result]) -> str:
    """Return the page with the rows of *results*, and with the rows of other tools as they are.

    Raises:
        ValueError: The page has no such table.
    """
    found = _TABLE.search(text)
    if found is None:
        message = f"{PAGE}: expected a table with the header {_HEAD.splitlines()[0]!r}"
        raise ValueError(message)
    rows = {row.split("|")[1].strip(): row for row in found[1].splitlines(keepends=True)}
    rows |= {result.tool: result.format() for result in results}
    return text.replace(found[0], _HEAD + "".join(row for _, row in sorted(rows.items())))
