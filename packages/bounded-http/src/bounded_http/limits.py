"""Limits of one connection."""

from dataclasses import dataclass, fields
from typing import Final

MIN_HEADER_BYTES: Final = 1024
MAX_HEADER_BYTES: Final = 1024 * 1024
"""Largest permitted `Limits.header_bytes`; a connection may use a few times as much memory."""

MAX_SECONDS: Final = 24 * 60 * 60.0
"""Longest permitted time limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one connection.

    Attributes:
        header_bytes: Largest request line and header section, in bytes. Chunk extensions and the
            trailer section of a request may take as much again.
        request_s: Time for a whole header section, from its first byte. Also the interval in which
            `body_bytes_per_s` is measured.
        body_bytes_per_s: Slowest pace of a request body, as an average of each `request_s`; 0 for
            any pace. It applies until the response starts.
        keep_alive_s: How long a connection may be idle. Choose more than the idle timeout of the
            load balancer in front (60 s in most products); otherwise requests get lost.
        response_s: How long a client may leave a response unread.
        half_close_s: Time for a response to start after the client has closed its side of the
            connection. TCP does not show whether such a client still reads.

    Raises:
        ValueError: A limit is outside its range.
    """

    header_bytes: int = 64 * 1024
    request_s: float = 20.0
    body_bytes_per_s: int = 240
    keep_alive_s: float = 75.0
    response_s: float = 30.0
    half_close_s: float = 5.0

    def __post_init__(self) -> None:
        if not MIN_HEADER_BYTES <= self.header_bytes <= MAX_HEADER_BYTES:
            message = (
                f"header_bytes: expected {MIN_HEADER_BYTES} to {MAX_HEADER_BYTES},"
                f" got {self.header_bytes}"
            )
            raise ValueError(message)
        if self.body_bytes_per_s < 0:
            message = f"body_bytes_per_s: expected 0 or more, got {self.body_bytes_per_s}"
            raise ValueError(message)
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_s") and field.type is float and not 0 < value <= MAX_SECONDS:
                message = f"{field.name}: expected more than 0 and at most {MAX_SECONDS:g} seconds"
                raise ValueError(message)
