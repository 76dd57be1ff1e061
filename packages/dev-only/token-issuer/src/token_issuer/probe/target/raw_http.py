# DEV-ONLY: never ship to production.
"""One request on one connection: exact bytes out, the status of the answer in.

HTTP libraries repair, fold or refuse the very header fields that a probe has to send.

Spec: RFC 9112
"""

import contextlib
import select
import socket
from typing import Final

import httptools

from token_issuer.probe.timing import Deadline

_CHUNK: Final = 1 << 16
_MAX_BODY_BYTES: Final = 1 << 18
_DRAIN_S: Final = 0.25
_FIRST_FINAL_STATUS: Final = 200


class ClosedError(Exception):
    """The connection ended before a status came."""


class _Reader:
    """The callbacks of the parser: the status, and when the message is complete."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.is_complete = False
        self.body_size = 0
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self.status = status if status >= _FIRST_FINAL_STATUS else None

    def on_body(self, body: bytes) -> None:
        self.body_size += len(body)

    def on_message_complete(self) -> None:
        self.is_complete = self.status is not None


def exchange(connection: socket.socket, request: bytes, deadline: Deadline) -> int:
    """Send *request* and return the status of the answer; its body is read in bounds only.

    Args:
        connection: Just opened; the caller closes it.
        request: The bytes of the request.
        deadline: When to give up. The sockets wait in real time, whatever its clock is.

    Raises:
        ClosedError: the connection ended without an answer.
        TimeoutError: no answer in time.
        ValueError: the answer is not HTTP.
    """
    # What was said before the connection broke can still be read: a refusal of an overlong line.
    with contextlib.suppress(ConnectionError):
        _transmit(connection, request, deadline)
    reader = _Reader()
    while reader.status is None:
        data = _receive(connection, deadline)
        if not data:
            raise ClosedError
        _feed(reader, data)
    deadline.get_remaining_s()  # an answer that comes too late is none
    _drain(connection, reader, deadline.shorten(_DRAIN_S))
    return reader.status


def _transmit(connection: socket.socket, request: bytes, deadline: Deadline) -> None:
    """Send until all is sent, or until the other side speaks: it need not hear the whole."""
    # Of TLS nothing is watched: what comes may be its own, and no answer.
    watched = [connection] if type(connection) is socket.socket else []
    rest = memoryview(request)
    while rest:
        connection.settimeout(deadline.get_remaining_s())
        heard, ready, _ = select.select(watched, [connection], [], deadline.get_remaining_s())
        if heard:
            return
        if not ready:
            raise TimeoutError
        rest = rest[connection.send(rest[:_CHUNK]) :]


def _receive(connection: socket.socket, deadline: Deadline) -> bytes:
    connection.settimeout(deadline.get_remaining_s())
    try:
        return connection.recv(_CHUNK)
    except ConnectionError:
        return b""


def _feed(reader: _Reader, data: bytes) -> None:
    try:
        reader.feed(data)
    except httptools.HttpParserError as error:
        if reader.status is None:
            message = "the answer is not HTTP/1.1"
            raise ValueError(message) from error
        reader.is_complete = True


def _drain(connection: socket.socket, reader: _Reader, deadline: Deadline) -> None:
    """Let the target finish a short answer; a stream or a long one is cut off."""
    with contextlib.suppress(OSError):
        while not reader.is_complete and reader.body_size < _MAX_BODY_BYTES:
            data = _receive(connection, deadline)
            if not data:
                return
            _feed(reader, data)
