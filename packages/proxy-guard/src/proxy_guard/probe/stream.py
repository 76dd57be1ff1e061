"""The bytes of one HTTP response, read from a socket until a deadline and up to a size."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket

MAX_RECEIVED_BYTES: Final = 2 * 1024 * 1024
"""Limit of a whole response as received, with its header and the framing of its chunks."""
MAX_LINES: Final = 20_000
"""Limit of the lines in a header and between chunks. It bounds the time to read them."""

_PIECE_BYTES: Final = 64 * 1024
_MAX_WAIT_FOR_END_S: Final = 0.1


class UnreadableError(Exception):
    """The response has arrived, and the guard cannot tell what a client would read from it."""


class Stream:
    """The bytes that a server sends. They remain readable after the connection has ended.

    Args:
        connection: The socket.
        deadline: The end, in seconds of `time.monotonic()`.

    Attributes:
        data: Everything that has been received.
        position: The index in `data` of the byte to read next.
        is_cut: Whether the connection ended by an error or at the deadline.
        is_full: Whether the server sends more than `MAX_RECEIVED_BYTES`.
    """

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self.data = bytearray()
        self.position = 0
        self.is_cut = False
        self.is_full = False
        self._connection = connection
        self._deadline = deadline
        self._is_ended = False
        self._lines = 0

    def fill(self) -> bool:
        """Receive more bytes, and return whether there are any.

        Raises:
            OSError: the connection fails or time runs out before the first byte.
        """
        if self._is_ended:
            return False
        try:
            piece = self._receive()
        except OSError:
            if not self.data:
                raise
            self.is_cut, piece = True, b""
        self.data += piece
        self.is_full = len(self.data) > MAX_RECEIVED_BYTES
        self._is_ended = self.is_full or not piece
        return bool(piece)

    def read_line(self) -> bytes:
        """Read a line with its line feed; the last line may have none.

        Raises:
            UnreadableError: there are more than `MAX_LINES` lines.
        """
        self._lines += 1
        if self._lines > MAX_LINES:
            message = f"its response has more than {MAX_LINES} lines of header and chunk sizes"
            raise UnreadableError(message)
        searched = self.position
        while (end := self.data.find(b"\n", searched)) < 0:
            searched = len(self.data)
            if not self.fill():
                end = searched - 1
                break
        return self._advance_to(end + 1)

    def read(self, size: int) -> bytes:
        """Read *size* bytes, or fewer if the connection ends."""
        while len(self.data) - self.position < size and self.fill():
            pass
        return self._advance_to(min(self.position + size, len(self.data)))

    def wait_for_end(self) -> None:
        """Receive what the server sends after a complete response, until it closes, for 0.1 s."""
        was_cut = self.is_cut
        self._deadline = min(self._deadline, time.monotonic() + _MAX_WAIT_FOR_END_S)
        while self.fill():
            pass
        self.is_cut = was_cut

    def _advance_to(self, end: int) -> bytes:
        start, self.position = self.position, end
        return bytes(self.data[start:end])

    def _receive(self) -> bytes:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._connection.settimeout(remaining)
        return self._connection.recv(_PIECE_BYTES)
