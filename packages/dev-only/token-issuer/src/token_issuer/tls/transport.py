# DEV-ONLY: never ship to production.
"""The transport that a protocol inside a TLS connection writes to."""

import asyncio
from contextlib import suppress
from typing import Any, Protocol


def end_sending(transport: asyncio.WriteTransport) -> None:
    """Close the sending side of a connection, whose client may have reset it already.

    asyncio raises the error of the socket then, and reports the reset to the protocol as well.
    """
    with suppress(OSError):
        transport.write_eof()


class Link(Protocol):
    """The TLS connection under a transport; see `TlsProtocol`."""

    raw: asyncio.Transport
    is_closing: bool
    is_reading: bool

    def send(self, data: bytes) -> None:
        """Encrypt and send *data*."""

    def end(self) -> None:
        """Send the alert that ends what this side sends."""

    def close(self) -> None:
        """Close the connection once everything is sent."""

    def resume_reading(self) -> None:
        """Read on."""


class TlsTransport(asyncio.Transport):
    """Transport for plain text; one that closes its sending side may still receive (RFC 8446 §6.1).

    Its extra info is that of the transport under it, and `sslcontext`.
    """

    def __init__(self, link: Link, context: object) -> None:
        super().__init__({"sslcontext": context})
        self._link = link

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return information about the connection."""
        info = super().get_extra_info(name)
        return self._link.raw.get_extra_info(name, default) if info is None else info

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send *data*, unless the connection is closing."""
        if data and not self._link.is_closing:
            self._link.send(bytes(data))

    def can_write_eof(self) -> bool:
        """Return whether `write_eof` is supported."""
        return True

    def write_eof(self) -> None:
        """Close the sending side once everything is sent."""
        if not self._link.is_closing:
            self._link.end()
            end_sending(self._link.raw)

    def close(self) -> None:
        """Close the connection once everything is sent."""
        self._link.close()

    def abort(self) -> None:
        """Close the connection at once."""
        self._link.is_closing = True
        self._link.raw.abort()

    def is_closing(self) -> bool:
        """Return whether the connection is closing or closed."""
        return self._link.is_closing

    def pause_reading(self) -> None:
        """Deliver no data until `resume_reading`."""
        self._link.is_reading = False
        self._link.raw.pause_reading()

    def resume_reading(self) -> None:
        """Deliver data again."""
        if not self._link.is_reading and not self._link.is_closing:
            self._link.resume_reading()

    def is_reading(self) -> bool:
        """Return whether data is delivered."""
        return self._link.is_reading and not self._link.is_closing

    def get_write_buffer_size(self) -> int:
        """Return the number of encrypted bytes that are not sent yet."""
        return self._link.raw.get_write_buffer_size()
