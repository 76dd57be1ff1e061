# DEV-ONLY: never ship to production.
"""The HTTPS client, against servers of the standard library."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from token_issuer.errors import CertificateError, UntrustedServerError
from token_issuer.tls.authority import Authority
from token_issuer.tls.client import HttpsConnection, TlsError, names_host

pytestmark = pytest.mark.requirement("GO-6")

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSING: Final = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
Respond = Callable[[ssl.SSLSocket], None]


def respond_to_each(connection: ssl.SSLSocket) -> None:
    while connection.recv(1 << 16):
        connection.sendall(OK)


class Server:
    """A TLS server with a certificate for some names."""

    def __init__(self, folder: Path, *names: str, age: timedelta = timedelta(0)) -> None:
        authority = Authority.create(names, datetime.now(UTC) - age)
        credential = authority.issue(names)
        self.ca_file, self.certificate_file = folder / "ca.pem", folder / "cert.pem"
        self.ca_file.write_text(authority.certificate_pem)
        pem = credential.chain[0].public_bytes(Encoding.PEM)
        self.certificate_file.write_bytes(pem)
        key = credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "both.pem").write_bytes(pem + key)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(folder / "both.pem")

    @contextmanager
    def run(self, respond: Respond = respond_to_each) -> Iterator[int]:
        """Accept one connection; yield the port."""

        def accept() -> None:
            connection, _ = listener.accept()
            with (
                connection,
                suppress(OSError),
                self._context.wrap_socket(connection, server_side=True) as secured,
            ):
                respond(secured)

        with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:
            thread = threading.Thread(target=accept)
            thread.start()
            stack.callback(thread.join)
            yield listener.getsockname()[1]


def connect(host: str, port: int, *ca_files: Path) -> HttpsConnection:
    return HttpsConnection(host, port, timeout=10, ca_files=ca_files)


def get(connection: HttpsConnection) -> bytes:
    connection.request("GET", "/")
    with connection.getresponse() as response:
        return response.read()


def test_connection_serves_several_requests(tmp_path: Path) -> None:
    server = Server(tmp_path, "localhost")
    with server.run() as port:
        connection = connect("localhost", port, server.ca_file)
        bodies = [get(connection) for _ in range(3)]
        connection.close()

    assert bodies == [b"ok"] * 3


def test_response_is_read_after_the_connection_is_closed(tmp_path: Path) -> None:
    def respond(connection: ssl.SSLSocket) -> None:
        connection.recv(1 << 16)  # closing with unread bytes would reset the connection
        connection.sendall(CLOSING)

    server = Server(tmp_path, "localhost")
    with server.run(respond) as port:
        connection = connect("localhost", port, server.ca_file)

        assert get(connection) == b"ok"
        assert connection.sock is None


def test_large_bodies_pass_in_both_directions(tmp_path: Path) -> None:
    body = bytes(range(256)) * 8192

    def respond(connection: ssl.SSLSocket) -> None:
        received = bytearray()
        while body not in received:
            received += connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    server = Server(tmp_path, "localhost")
    with server.run(respond) as port:
        connection = connect("localhost", port, server.ca_file)
        connection.request("POST", "/", body)
        with connection.getresponse() as response:
            received = response.read()
        connection.close()

    assert received == body


@pytest.mark.parametrize(
    ("names", "host", "age", "problem"),
    [
        (("127.0.0.1",), "localhost", timedelta(0), "its certificate is for other names"),
        (("localhost",), "127.0.0.1", timedelta(0), "its certificate is for other names"),
        (("localhost",), "localhost", timedelta(days=2), "cert has expired"),
        (("localhost",), "localhost", timedelta(days=-2), "cert not yet valid"),
    ],
)
def test_wrong_certificate_is_not_trusted(
    tmp_path: Path, names: tuple[str, ...], host: str, age: timedelta, problem: str
) -> None:
    server = Server(tmp_path, *names, age=age)
    with server.run() as port, pytest.raises(UntrustedServerError, match=f"^{host}: .*{problem}"):
        connect(host, port, server.ca_file).connect()


@pytest.mark.parametrize("knows", ["nothing", "missing", "another"])
def test_unknown_authority_is_not_trusted(tmp_path: Path, knows: str) -> None:
    server = Server(tmp_path, "localhost")
    other = tmp_path / "other.pem"
    other.write_text(Authority.create(["localhost"], datetime.now(UTC)).certificate_pem)
    files = {"nothing": (), "missing": (tmp_path / "none.pem",), "another": (other,)}[knows]

    with server.run() as port, pytest.raises(UntrustedServerError, match="TOKEN_ISSUER_TLS_CA"):
        connect("localhost", port, *files).connect()


def test_server_with_a_trusted_certificate_itself_may_have_any_name(tmp_path: Path) -> None:
    server = Server(tmp_path, "dev.example.test")
    with server.run() as port:
        connection = connect("127.0.0.1", port, server.certificate_file)
        body = get(connection)
        connection.close()

    assert body == b"ok"


def test_file_that_is_no_certificate_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("nonsense")

    with pytest.raises(CertificateError, match="expected certificates in PEM"):
        connect("localhost", 1, path)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", "the server closed the connection"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the server does not speak TLS"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "handshake failure"),
    ],
)
def test_server_without_tls_is_explained(answer: bytes, problem: str) -> None:
    def accept() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1 << 16)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        with pytest.raises(OSError, match=problem) as caught:
            connect("localhost", listener.getsockname()[1]).connect()
        thread.join()

    assert isinstance(caught.value, TlsError | ConnectionError)


def test_silent_server_has_a_time_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = HttpsConnection("127.0.0.1", listener.getsockname()[1], timeout=0.01)
        with pytest.raises(TimeoutError):
            connection.connect()


def test_connection_that_ends_without_a_response_is_an_error(tmp_path: Path) -> None:
    server = Server(tmp_path, "localhost")
    with server.run(lambda connection: connection.close()) as port:
        connection = connect("localhost", port, server.ca_file)
        with pytest.raises((ConnectionError, HTTPException)):
            get(connection)


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        (["localhost"], "LOCALHOST.", True),
        (["*.example.test"], "a.example.test", True),
        (["*.example.test"], "a.b.example.test", False),
        (["*.example.test"], "example.test", False),
        (["*.example.test"], "*.example.test", True),
        (["a.example.test"], "b.example.test", False),
        (["127.0.0.1"], "127.0.0.1", True),
        (["::1"], "0:0:0:0:0:0:0:1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["*"], "localhost", False),
    ],
)
def test_names_of_a_certificate(names: list[str], host: str, *, expected: bool) -> None:
    authority = Authority.create([], datetime.now(UTC))
    certificate = authority.issue(names).chain[0]

    assert names_host(certificate, host) is expected
    assert not names_host(authority.certificate, host)
