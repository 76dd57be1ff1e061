"""How far an archive is followed; past that it is a finding: nobody has seen what is inside."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

MEBIBYTE: Final = 1 << 20
MAX_DEPTH: Final = 12
"""Archives within archives; a wheel in an image layer in a compressed `docker save` is at 4."""

MAX_EXPANDED: Final = 16 << 30
"""Bytes that all archives below one artefact may unpack to."""

MAX_MEMBERS: Final = 2_000_000
"""Members that all archives below one artefact may hold."""

MAX_RATIO: Final = 300
SMALLEST_BOMB: Final = 64 * MEBIBYTE
"""What unpacks to more than this, and to more than `MAX_RATIO` times its size, is a bomb."""


class LimitError(Exception):
    """All archives of an artefact together go past a limit; the message says which."""


class BombError(Exception):
    """A member unpacks to far more than its size; the message says so."""


class Budget:
    """What is left of the limits for one artefact."""

    def __init__(self) -> None:
        self._expanded = 0
        self._members = 0

    def count_member(self) -> None:
        """Count a member of an archive.

        Raises:
            LimitError: there are too many.
        """
        self._members += 1
        if self._members > MAX_MEMBERS:
            message = f"holds more than {MAX_MEMBERS:,} members"
            raise LimitError(message)

    def count_expanded(self, size: int) -> None:
        """Count unpacked bytes.

        Raises:
            LimitError: there are too many.
        """
        self._expanded += size
        if self._expanded > MAX_EXPANDED:
            message = f"unpacks to more than {MAX_EXPANDED >> 30} GiB"
            raise LimitError(message)


class CountingReader(io.RawIOBase):
    """Passes reads on and counts the bytes."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.count = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Read once."""
        view = memoryview(buffer).cast("B")
        data = self._read(len(view))
        view[: len(data)] = data
        self.count += len(data)
        return len(data)


class ExpandedReader(CountingReader):
    """Reads what an archive unpacks to, within the limits.

    Args:
        read: Reads unpacked bytes; should return what it has before it fails on what follows.
        packed: What they are made of: the reader that counts it, or its size in bytes.
        budget: What the artefact has left.
    """

    def __init__(
        self, read: Callable[[int], bytes], packed: CountingReader | int, budget: Budget
    ) -> None:
        super().__init__(read)
        self._packed = packed
        self._budget = budget

    def readinto(self, buffer: Buffer, /) -> int:
        """Read once.

        Raises:
            BombError: there is more than a sound archive could hold.
            LimitError: the budget is used up.
        """
        size = super().readinto(buffer)
        self._budget.count_expanded(size)
        packed = self._packed if isinstance(self._packed, int) else self._packed.count
        if self.count > max(SMALLEST_BOMB, MAX_RATIO * packed):
            message = f"is a bomb: unpacks to more than {MAX_RATIO} times its size"
            raise BombError(message)
        return size


def buffer(stream: io.RawIOBase) -> io.BufferedReader:
    """Make *stream* quick to read in small pieces."""
    return io.BufferedReader(stream, MEBIBYTE)
