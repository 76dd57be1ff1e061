# DEV-ONLY: never ship to production.
"""HTTPS for blocking clients. It also works in the image, whose Python has no `ssl`.

Spec: RFC 8446, RFC 9525 §6
"""

import http.client
import io
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from OpenSSL import SSL

from token_issuer.errors import UntrustedServerError
from token_issuer.tls.contexts import build_client_context
from token_issuer.tls.credential_files import read_certificates
from token_issuer.tls.failures import describe_failure, describe_verification

_CHUNK_BYTES: Final = 1 << 16


class _ClosedError(ConnectionResetError):
    """The server has closed the connection."""


class TlsError(OSError):
    """The TLS connection failed; the text says why."""


class HttpsConnection(http.client.HTTPConnection):
    """HTTP connection inside TLS, to a server that this machine or a given CA trusts."""

    default_port = http.client.HTTPS_PORT

    def __init__(
        self, host: str, port: int | None, *, timeout: float, ca_files: Sequence[Path] = ()
    ) -> None:
        """Prepare a connection.

        Args:
            host: The host name or address, which the certificate of the server must have.
            port: The port.
            timeout: The limit for each operation of the socket, in seconds.
            ca_files: PEM files of more trusted certificates; files that do not exist are left out.
                A server that has one of these certificates itself may have any name.
        """
        super().__init__(host, port, timeout=timeout)
        self._trusted = tuple(
            certificate
            for path in ca_files
            if path.exists()
            for certificate in read_certificates(path)
        )

    def connect(self) -> None:
        """Connect, and complete the handshake.

        Raises:
            UntrustedServerError: the certificate of the server is not trusted.
            TlsError: the handshake failed.
        """
        super().connect()
        connected = self.sock
        try:
            self.sock = TlsSocket(connected, self.host, self._trusted)
        except BaseException:
            connected.close()
            raise


class TlsSocket:
    """The part of a socket that `http.client` needs, around a connected socket."""

    def __init__(
        self, connected: socket.socket, host: str, trusted: tuple[x509.Certificate, ...]
    ) -> None:
        """Complete the handshake.

        Args:
            connected: The socket.
            host: The name that the certificate of the server must have.
            trusted: The certificates that are trusted, besides those of this machine.

        Raises:
            UntrustedServerError: the certificate of the server is not trusted.
            TlsError: the handshake failed.
        """
        self._socket = connected
        self._host = host
        self._connection = SSL.Connection(_build_context(trusted), None)
        self._readers = 0
        self._is_closed = False
        self._connection.set_connect_state()
        if not _is_address(host):
            self._connection.set_tlsext_host_name(host.removesuffix(".").encode("idna"))
        self._call(self._connection.do_handshake)
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None or (
            certificate not in trusted and not names_host(certificate, host)
        ):
            raise UntrustedServerError(host, "its certificate is for other names")

    def sendall(self, data: Any) -> None:
        """Send *data*."""
        self._call(self._connection.sendall, data)

    def recv_into(self, buffer: Any) -> int:
        """Receive into *buffer*; return the number of bytes, 0 at the end."""
        try:
            size: int = self._call(self._connection.recv_into, buffer)
        except (SSL.ZeroReturnError, _ClosedError):
            return 0
        return size

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return a file that reads; the socket stays open until it is closed as well."""
        self._readers += 1
        return io.BufferedReader(_Reader(self))

    def settimeout(self, seconds: float | None) -> None:
        """Limit the time of each operation."""
        self._socket.settimeout(seconds)

    def shutdown(self, how: int) -> None:
        """End the connection below TLS, so that an operation of another thread ends as well."""
        self._socket.shutdown(how)

    def close(self) -> None:
        """Close the socket once its files are closed."""
        self._is_closed = True
        if not self._readers:
            with suppress(OSError, SSL.Error):  # the server has closed it already
                self._connection.shutdown()
                self._flush()
            self._socket.close()

    def release(self) -> None:
        """Note that a file is closed."""
        self._readers -= 1
        if self._is_closed:
            self.close()

    def _call(self, operation: Any, *args: Any) -> Any:
        """Return the result of an operation of OpenSSL; send and receive what it needs."""
        while True:
            try:
                result = operation(*args)
            except SSL.WantReadError:
                self._flush()
                self._receive()
            except SSL.ZeroReturnError:
                raise
            except SSL.Error as error:
                with suppress(OSError):
                    self._flush()  # the alert
                raise self._explain(error) from error
            else:
                self._flush()
                return result

    def _receive(self) -> None:
        data = self._socket.recv(_CHUNK_BYTES)
        if not data:
            message = "the server closed the connection"
            raise _ClosedError(message)
        self._connection.bio_write(data)

    def _flush(self) -> None:
        with suppress(SSL.WantReadError):
            while True:
                self._socket.sendall(self._connection.bio_read(_CHUNK_BYTES))

    def _explain(self, error: SSL.Error) -> Exception:
        code = self._connection.get_app_data()
        if code is None:
            return TlsError(describe_failure(error))
        return UntrustedServerError(self._host, describe_verification(code))


class _Reader(io.RawIOBase):
    """The received data of a socket."""

    def __init__(self, source: TlsSocket) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._source.release()


def names_host(certificate: x509.Certificate, host: str) -> bool:
    """Return whether a certificate is for *host*; `*` stands for one label at the start.

    Spec: RFC 9525 §6.3
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    if _is_address(host):
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    name = host.lower().removesuffix(".")
    wildcard = "*." + name.partition(".")[2]
    known = {each.lower() for each in names.get_values_for_type(x509.DNSName)}
    return name in known or wildcard in known


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8)
def _build_context(trusted: tuple[x509.Certificate, ...]) -> SSL.Context:
    return build_client_context(trusted)
