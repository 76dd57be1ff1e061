# DEV-ONLY: never ship to production.
"""How far a probe is, on standard error: a bar on a terminal, a line for each check elsewhere."""

import contextlib
import os
import sys
from types import TracebackType
from typing import Final, Self, TextIO

from token_issuer.probe.report.wording import make_visible
from token_issuer.probe.results import Check, Outcome

_BAR: Final = 24
_COLUMNS: Final = 80
# Overwritten in place and only then erased to its end: erased first, the line would flicker.
_REDRAW: Final = "\r{}\x1b[K"


class Progress:
    """A context manager that shows each check as it is done, and takes the bar away at the end.

    A stream that cannot be written to does not disturb the probe.

    Attributes:
        total: How many checks there are; more than that raise it.
        done: How many are done.
        failed: How many of these failed.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        """Show the progress of *total* checks on *stream*, by default standard error."""
        self.total = total
        self.done = 0
        self.failed = 0
        self._stream = sys.stderr if stream is None else stream
        self._is_terminal = self._stream is not None and self._stream.isatty()

    def __enter__(self) -> Self:
        self._draw("")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_terminal:
            self._write(_REDRAW.format(""))

    def advance(self, check: Check) -> None:
        """Show that *check* is done."""
        self.done += 1
        self.total = max(self.total, self.done)
        self.failed += check.outcome is Outcome.FAILED
        if self._is_terminal:
            self._draw(check.title)
        else:
            count = f"{self.done:>{len(str(self.total))}}/{self.total}"
            line = f"{count}  {check.outcome:<7}  {check.id}: {check.observed}"
            self._write(f"{_flatten(line)}\n")

    def _draw(self, title: str) -> None:
        if self._is_terminal:
            self._write(_REDRAW.format(self._render_bar(title)))

    def _render_bar(self, title: str) -> str:
        filled = _BAR * self.done // max(self.total, 1)
        bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {self.done}/{self.total}"
        line = f"{bar}  {self.failed} failed  {title}" if self.failed else f"{bar}  {title}"
        # One column stays free: in the last one some terminals wrap at once.
        return _flatten(line)[: self._measure_columns() - 1]

    def _measure_columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _COLUMNS
        except (OSError, ValueError):
            return _COLUMNS

    def _write(self, text: str) -> None:
        if self._stream is None:  # closed from the start: `2>&-`
            return
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


def _flatten(text: str) -> str:
    return make_visible(text).replace("\n", " ")
