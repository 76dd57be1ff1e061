# DEV-ONLY: never ship to production.
"""Raw HTTP requests: one per connection, sent byte for byte; only the status is read.

HTTP libraries repair, fold or reject the malformed header fields that a probe has to send.

Spec: RFC 9112
"""

import contextlib
import select
import socket
from typing import Final

import httptools

from token_issuer.probe.timing import Deadline

_CHUNK_BYTES: Final = 1 << 16
_MAX_BODY_BYTES: Final = 1 << 18
_MAX_DRAIN_S: Final = 0.25
_FIRST_FINAL_STATUS: Final = 200


class ClosedError(Exception):
    """The connection ended before a status arrived."""


class _Reader:
    """Response parser that stores the status and whether the message is complete."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.is_complete = False
        self.body_bytes = 0
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self.status = status if status >= _FIRST_FINAL_STATUS else None

    def on_body(self, body: bytes) -> None:
        self.body_bytes += len(body)

    def on_message_complete(self) -> None:
        self.is_complete = self.status is not None


def send_request(connection: socket.socket, request: bytes, deadline: Deadline) -> int:
    """Send *request* and return the status of the response.

    Reads at most 256 KiB of the body, for at most 0.25 s.

    Args:
        connection: A new connection; the caller closes it.
        request: The bytes of the request.
        deadline: Time limit. Socket timeouts are in real time, even if the timer of *deadline* is
            virtual.

    Raises:
        ClosedError: the connection ended without a response.
        TimeoutError: no response arrived in time.
        ValueError: the response is not HTTP.
    """
    # A response such as 431 can still be read if it arrived before the connection broke.
    with contextlib.suppress(ConnectionError):
        _transmit(connection, request, deadline)
    reader = _Reader()
    while reader.status is None:
        data = _receive(connection, deadline)
        if not data:
            raise ClosedError
        _feed(reader, data)
    deadline.get_remaining_s()  # a response that arrives too late is ignored
    _drain(connection, reader, deadline.shorten(_MAX_DRAIN_S))
    return reader.status


def _transmit(connection: socket.socket, request: bytes, deadline: Deadline) -> None:
    """Send the request until it is complete or the target responds early."""
    # With TLS the socket may be readable although there is no response yet, so do not select on it.
    readable_sockets = [connection] if type(connection) is socket.socket else []
    rest = memoryview(request)
    while rest:
        connection.settimeout(deadline.get_remaining_s())
        readable, writable, _ = select.select(
            readable_sockets, [connection], [], deadline.get_remaining_s()
        )
        if readable:
            return
        if not writable:
            raise TimeoutError
        rest = rest[connection.send(rest[:_CHUNK_BYTES]) :]


def _receive(connection: socket.socket, deadline: Deadline) -> bytes:
    connection.settimeout(deadline.get_remaining_s())
    try:
        return connection.recv(_CHUNK_BYTES)
    except ConnectionError:
        return b""


def _feed(reader: _Reader, data: bytes) -> None:
    try:
        reader.feed(data)
    except httptools.HttpParserError as error:
        if reader.status is None:
            message = "the response is not HTTP/1.1"
            raise ValueError(message) from error
        reader.is_complete = True


def _drain(connection: socket.socket, reader: _Reader, deadline: Deadline) -> None:
    """Read the rest of a short response; stop reading a stream or a long one."""
    with contextlib.suppress(OSError):
        while not reader.is_complete and reader.body_bytes < _MAX_BODY_BYTES:
            data = _receive(connection, deadline)
            if not data:
                return
            _feed(reader, data)
