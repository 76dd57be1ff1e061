"""Limits for archives. An archive that exceeds one is a finding, since it was not fully checked."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

MEBIBYTE: Final = 1 << 20
MAX_DEPTH: Final = 12
"""Depth of nested archives. A wheel in an image layer in a compressed `docker save` has depth 4."""

MAX_EXPANDED_BYTES: Final = 16 << 30
"""Limit for the unpacked size of all archives in an artefact, in bytes."""

MAX_MEMBERS: Final = 2_000_000
"""Limit for the number of members of all archives in an artefact."""

MAX_TOTAL_RATIO: Final = 100
MIN_TOTAL_BYTES: Final = 1 << 30
"""The unpacked size of all archives, added over all levels, must not exceed both limits."""

MAX_RATIO: Final = 300
MIN_BOMB_BYTES: Final = 256 * MEBIBYTE
"""A bomb is a member that unpacks to more than this and to more than `MAX_RATIO` times its size."""


MAX_SPARSE_BYTES: Final = 4 << 30
"""A sparse file is a bomb if it is larger than this with its holes, which are not read."""


class LimitError(Exception):
    """The archives of an artefact together exceed a limit, which the message names."""


class BombError(Exception):
    """A member unpacks to far more than its size."""


class Budget:
    """The remaining limits of one artefact.

    Args:
        size: Size of the artefact in bytes.
    """

    def __init__(self, size: int) -> None:
        self._max_expanded_bytes = min(
            MAX_EXPANDED_BYTES, max(MIN_TOTAL_BYTES, MAX_TOTAL_RATIO * size)
        )
        self._expanded = 0
        self._members = 0

    def count_member(self) -> None:
        """Count a member of an archive.

        Raises:
            LimitError: there are more than `MAX_MEMBERS`.
        """
        self._members += 1
        if self._members > MAX_MEMBERS:
            message = f"contains more than {MAX_MEMBERS:,} members"
            raise LimitError(message)

    @property
    def is_exhausted(self) -> bool:
        """Whether too many bytes were unpacked."""
        return self._expanded > self._max_expanded_bytes

    def count_expanded(self, size: int) -> None:
        """Count unpacked bytes.

        Raises:
            LimitError: there are too many for the size of the artefact.
        """
        self._expanded += size
        if self.is_exhausted:
            limit_gib = self._max_expanded_bytes / (1 << 30)
            message = f"unpacks to more than {limit_gib:.1f} GiB, which is too much for its size"
            raise LimitError(message)


class Counter(Protocol):
    """Counts bytes."""

    count: int


class CountingReader(io.RawIOBase):
    """Counts the bytes that a read function returns."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.count = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Read once."""
        view = memoryview(buffer).cast("B")
        data = self._read(len(view))
        view[: len(data)] = data
        self.count += len(data)
        return len(data)


class ExpandedReader(CountingReader):
    """Reads unpacked bytes within the limits.

    Args:
        read: Reads unpacked bytes. Before it raises an error, it should return the bytes before it.
        packed: The number of packed bytes, or an object that counts them.
        budget: The remaining limits of the artefact.
    """

    def __init__(self, read: Callable[[int], bytes], packed: Counter | int, budget: Budget) -> None:
        super().__init__(read)
        self._packed = packed
        self._budget = budget

    def readinto(self, buffer: Buffer, /) -> int:
        """Read once.

        Raises:
            BombError: the member is a bomb, see `MIN_BOMB_BYTES`.
            LimitError: a limit of the artefact is exceeded.
        """
        size = super().readinto(buffer)
        self._budget.count_expanded(size)
        packed = self._packed if isinstance(self._packed, int) else self._packed.count
        if self.count > max(MIN_BOMB_BYTES, MAX_RATIO * packed):
            message = f"is a bomb: it unpacks to more than {MAX_RATIO} times its size"
            raise BombError(message)
        return size


def buffer(stream: io.RawIOBase, size: int = MEBIBYTE) -> io.BufferedReader:
    """Buffer *stream*, so that small reads are fast. *size* is its size, if that is known."""
    return io.BufferedReader(stream, min(max(size, 1), MEBIBYTE))
