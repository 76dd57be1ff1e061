# DEV-ONLY: never ship to production.
"""The keys of another issuer over HTTP: what a slow, large or strange server leads to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from jwt_core import KeySetUnavailableError
from token_issuer.google.key_fetching import fetch_keys

pytestmark = pytest.mark.requirement("GO-5")

HEAD = b"HTTP/1.1 200 OK\r\n"


class Server:
    """A server that sends one text, then another one again and again until the client leaves."""

    def __init__(self) -> None:
        self.first, self.again = b"", b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/certs"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with self._socket, suppress(OSError):
            client, _ = self._socket.accept()
            with client:
                client.recv(65536)
                client.sendall(self.first)
                client.settimeout(0.01)
                while self.again:
                    client.sendall(self.again)
                    with suppress(TimeoutError):
                        if not client.recv(1):
                            return

    def stop(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param(HEAD, b"X", id="header field"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="interim responses"),
        pytest.param(HEAD + b"Content-Length: 900000\r\n\r\n", b" ", id="body"),
        pytest.param(HEAD + b'\r\n{"keys": []}', b" ", id="body without a length"),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", id="chunked body"
        ),
    ],
)
def test_server_that_sends_slowly_for_ever_is_left(
    server: Server, first: bytes, again: bytes
) -> None:
    server.first, server.again = first, again

    with pytest.raises(KeySetUnavailableError, match=r"no complete response within 0\.2 s"):
        fetch_keys(server.url, timeout_s=0.2)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "HTTP status 302"),
        (HEAD + b"\r\n" + b" " * (1 << 20) + b" ", "larger than 1 MiB"),
        (HEAD + b"\r\n[]", "not a JSON object"),
        (HEAD + b"\r\n" + b"[" * 100_000, "not a JSON object"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "IncompleteRead"),
        (b"SSH-2.0\r\n", "BadStatusLine"),
        (b"", "RemoteDisconnected"),
    ],
)
def test_other_response_is_an_error(server: Server, response: bytes, reason: str) -> None:
    server.first = response

    with pytest.raises(KeySetUnavailableError, match=reason):
        fetch_keys(server.url)


@pytest.mark.parametrize(
    "url", [f"http://{'x' * 64}.test/", "http://127.0.0.1:1/", f"https://{'x' * 64}.test/"]
)
def test_unreachable_server_is_an_error(url: str) -> None:
    with pytest.raises(KeySetUnavailableError):
        fetch_keys(url)


def test_unusable_ca_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")

    with pytest.raises(KeySetUnavailableError, match=r"ca\.pem"):
        fetch_keys("https://127.0.0.1:1/", [tmp_path / "ca.pem"])
