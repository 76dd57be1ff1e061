# DEV-ONLY: never ship to production.
"""Output files, opened before a long command starts and replaced when it has succeeded."""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from token_issuer.errors import OutputError
from token_issuer.keys.storage.os_errors import UNSUPPORTED


class OutputFile:
    """A file that is replaced atomically, so that no reader sees half of it.

    As a context manager it writes to a temporary file in the same directory. When the block ends
    without an exception, the temporary file replaces the old one; otherwise the old file is
    unchanged. A device or pipe cannot be replaced and is written to directly.

    Attributes:
        option: The option that names the file, for error messages.
        path: The file; symbolic links are resolved.
    """

    def __init__(self, option: str, path: Path) -> None:
        self.option = option
        self._is_device = _is_device(path)
        # /dev/stdout and /dev/fd/63 may resolve to pipe:[…], which cannot be opened.
        self.path = path if self._is_device else path.resolve()
        self._temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")

    def __enter__(self) -> Self:
        """Open the file for writing.

        Raises:
            OutputError: the file cannot be written.
        """
        with self._explain_errors():
            if self.path.is_dir():
                raise IsADirectoryError(0, "it is a directory")
            self._stream = self.path.open("ab") if self._is_device else self._temporary.open("xb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._commit()
        finally:
            self.discard()
            with contextlib.suppress(OSError):  # the full disk has been reported already
                self._stream.close()

    def write(self, text: str) -> None:
        """Append *text*.

        Raises:
            OutputError: the file cannot be written.
        """
        with self._explain_errors():
            self._stream.write(text.encode())

    def discard(self) -> None:
        """Remove the temporary file, if any; safe to call from a signal handler."""
        self._temporary.unlink(missing_ok=True)

    def _commit(self) -> None:
        with self._explain_errors():
            self._stream.flush()
            if not self._is_device:
                self._synchronise()
                self._temporary.replace(self.path)

    def _synchronise(self) -> None:
        try:
            os.fsync(self._stream.fileno())
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise

    @contextlib.contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"{self.option} {self.path}: it cannot be written: {error.strerror}"
            raise OutputError(message) from error


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:  # opening the file reports the same error
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
