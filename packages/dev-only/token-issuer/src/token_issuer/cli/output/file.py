# DEV-ONLY: never ship to production.
"""Files that a long command fills, and must not find out at its end that it cannot."""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from token_issuer.errors import OutputError


class OutputFile:
    """A file that is replaced as a whole: nobody reads half of it.

    As a context manager it is open for writing, and there when the block ends well; else nothing
    has changed. A device or pipe has no name to take over, so it is written to as it is.

    Attributes:
        option: The option that names it.
        path: Where it is; a link is followed.
    """

    def __init__(self, option: str, path: Path) -> None:
        self.option = option
        self._is_device = _is_device(path)
        # What /dev/stdout and /dev/fd/63 lead to has no path that could be opened.
        self.path = path if self._is_device else path.resolve()
        self._draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")

    def __enter__(self) -> Self:
        """Open it.

        Raises:
            OutputError: it cannot be written.
        """
        with self._explained():
            if self.path.is_dir():
                raise IsADirectoryError(0, "it is a directory")
            self._stream = self.path.open("ab") if self._is_device else self._draft.open("xb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._keep()
        finally:
            self.discard()
            with contextlib.suppress(OSError):  # the disk is still full
                self._stream.close()

    def write(self, text: str) -> None:
        """Add *text*.

        Raises:
            OutputError: it cannot be written, after all.
        """
        with self._explained():
            self._stream.write(text.encode())

    def discard(self) -> None:
        """Remove what was not finished; a handler of signals may do so at any moment."""
        self._draft.unlink(missing_ok=True)

    def _keep(self) -> None:
        with self._explained():
            self._stream.flush()
            if not self._is_device:
                os.fsync(self._stream.fileno())
                self._draft.replace(self.path)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"{self.option} {self.path}: it cannot be written: {error.strerror}"
            raise OutputError(message) from error


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:  # not there, or not to be seen: opening it will tell
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
