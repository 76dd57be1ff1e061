# DEV-ONLY: never ship to production.
"""Progress of a probe on standard error: a bar on a terminal, otherwise a line per check."""

import contextlib
import os
import sys
from types import TracebackType
from typing import Final, Self, TextIO

from token_issuer.probe.results import Check, Outcome
from token_issuer.visible_text import make_visible

_BAR_COLUMNS: Final = 24
_DEFAULT_COLUMNS: Final = 80
# Overwrites the line, then erases the rest; erasing the whole line first would make it flicker.
_REDRAW: Final = "\r{}\x1b[K"


class Progress:
    """Context manager that shows each check when it is done, and removes the bar at the end.

    Errors of the stream are ignored.

    Attributes:
        total: Expected number of checks; raised if more are done.
        done: Number of checks that are done.
        failed: Number of checks that failed.
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
        filled = _BAR_COLUMNS * self.done // max(self.total, 1)
        bar = f"[{'#' * filled}{'.' * (_BAR_COLUMNS - filled)}] {self.done}/{self.total}"
        line = f"{bar}  {self.failed} failed  {title}" if self.failed else f"{bar}  {title}"
        # Leave the last column empty, since some terminals wrap as soon as it is written.
        return _flatten(line)[: self._measure_columns() - 1]

    def _measure_columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _DEFAULT_COLUMNS
        except (OSError, ValueError):
            return _DEFAULT_COLUMNS

    def _write(self, text: str) -> None:
        if self._stream is None:  # closed by the shell: `2>&-`
            return
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


def _flatten(text: str) -> str:
    return make_visible(text).replace("\n", " ")
