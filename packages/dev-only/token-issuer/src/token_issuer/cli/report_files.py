# DEV-ONLY: never ship to production.
"""Files that a long command writes at its end, and must not find out then that it cannot."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from token_issuer.errors import OutputError


class ReportFile:
    """A file that is replaced as a whole: nobody reads half a report.

    Attributes:
        option: The option that names it.
        path: Where it is; a link is followed.
    """

    def __init__(self, option: str, path: Path) -> None:
        self.option = option
        self.path = path.resolve()
        self._is_device = self.path.exists() and not self.path.is_file() and not self.path.is_dir()
        self._draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Find out whether it can be written, and leave nothing behind that was not.

        Raises:
            OutputError: it cannot.
        """
        with self._explained():
            if self.path.is_dir():
                raise IsADirectoryError(0, "it is a directory")
            if self._is_device:
                self.path.open("ab").close()
            else:
                self._draft.open("xb").close()
        try:
            yield
        finally:
            if not self._is_device:
                self._draft.unlink(missing_ok=True)

    def write(self, text: str) -> None:
        """Write the whole file.

        Raises:
            OutputError: it cannot be written, after all.
        """
        with self._explained():
            if self._is_device:
                self.path.write_bytes(text.encode())
                return
            with self._draft.open("wb") as stream:
                stream.write(text.encode())
                stream.flush()
                os.fsync(stream.fileno())
            self._draft.replace(self.path)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            msg = f"{self.option} {self.path}: it cannot be written: {error.strerror}"
            raise OutputError(msg) from error
