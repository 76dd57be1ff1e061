"""HTTP GET requests to an untrusted server, limited in time and size.

Proxies from the environment, cookies and credentials are not used. TLS certificates are verified
with Python's default trust store, which `SSL_CERT_FILE` can replace.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from proxy_guard.probe.redirects import PRINTABLE
from proxy_guard.probe.response import read_response
from proxy_guard.probe.stream import Stream

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from proxy_guard.probe.response import Response

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HEADERS: Final = (
    "Accept: application/json, application/jwk-set+json, */*;q=0.1\r\n"
    "Accept-Encoding: identity\r\n"
    "Connection: close\r\n"
    "User-Agent: proxy-guard\r\n\r\n"
)


class Exchange:
    """A GET request that ends at a deadline.

    Args:
        deadline: The end, in seconds of `time.monotonic()`.

    Attributes:
        certificate: The certificate of the last TLS server in DER, whether it is trusted or not.
    """

    def __init__(self, deadline: float) -> None:
        self.certificate = b""
        self._deadline = deadline
        self._socket: socket.socket | None = None

    def get(self, uri: str) -> Response:
        """Fetch *uri*.

        Raises:
            OSError: the connection fails, the certificate is not trusted, or time runs out, before
                the first byte of the response.
            ValueError: the URI cannot be fetched.
        """
        parts = urlsplit(uri)
        request = _build_request(parts)
        with self._connect(parts) as connection:
            self._socket = connection
            # A server may respond and close the connection before it has read the request.
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
            return read_response(Stream(connection, self._deadline))

    def abort(self) -> None:
        """End the exchange from another thread."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended already

    def _connect(self, parts: SplitResult) -> socket.socket:
        address = (parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme])
        if parts.scheme == "http":
            return socket.create_connection(address, self._get_remaining())
        context = ssl.create_default_context()
        try:
            return self._open_tls(address, context)
        except ssl.SSLCertVerificationError:
            # Python gives no certificate that it rejects, so fetch it again, without a request.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with contextlib.suppress(OSError):
                self._open_tls(address, context).close()
            raise

    def _open_tls(self, address: tuple[str, int], context: ssl.SSLContext) -> ssl.SSLSocket:
        connection = socket.create_connection(address, self._get_remaining())
        try:
            connection.settimeout(self._get_remaining())
            secured = context.wrap_socket(connection, server_hostname=address[0])
        except BaseException:
            connection.close()
            raise
        self.certificate = secured.getpeercert(binary_form=True) or b""
        return secured

    def _get_remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining


def _build_request(parts: SplitResult) -> bytes:
    host = (parts.hostname or "").encode("idna").decode()
    if ":" in host:
        host = f"[{host}]"
    if parts.port not in {None, _DEFAULT_PORTS[parts.scheme]}:
        host = f"{host}:{parts.port}"
    if not host.isprintable():
        message = "its host contains a control character"
        raise ValueError(message)
    target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=PRINTABLE)
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{_HEADERS}".encode()
