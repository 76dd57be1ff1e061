# DEV-ONLY: never ship to production.
"""The proxy for Google's names over sockets: where it leads, what it refuses, and its limits."""

import logging
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from tempfile import NamedTemporaryFile
from typing import Any, Final

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from token_issuer.errors import FrontError
from token_issuer.front import entrance
from token_issuer.front import proxy as proxy_module
from token_issuer.front.entrance import MAX_CONNECTIONS
from token_issuer.front.proxy import MAX_HEAD_BYTES
from token_issuer.front.relay import Relay
from token_issuer.front.running import Identity, create_identity, locate_issuer, run_front
from token_issuer.front.targets import parse_allowed_host
from token_issuer.server.server import listen
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.tls.authority import Authority

pytestmark = pytest.mark.requirement("GO-6")

TIMEOUT_S: Final = 30
OpenProxy = Callable[..., "Proxy"]


class Proxy:
    """A running proxy, its CA, and raw connections to it."""

    def __init__(self, url: str, identity: Identity) -> None:
        self.url = url
        self.context = ssl.create_default_context(cadata=identity.certificate_pem)
        host, _, port = url.removeprefix("http://").rpartition(":")
        self._address = (host, int(port))

    def connect(self) -> socket.socket:
        connection = socket.create_connection(self._address)
        connection.settimeout(TIMEOUT_S)
        return connection

    def ask(self, request: bytes) -> bytes:
        with self.connect() as connection:
            connection.sendall(request)
            return read_all(connection)

    def tunnel(self, target: str) -> socket.socket:
        connection = self.connect()
        connection.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert read_head(connection).startswith(b"HTTP/1.1 200 ")
        return connection

    def client(self) -> httpx.Client:
        return httpx.Client(proxy=self.url, verify=self.context, timeout=TIMEOUT_S, trust_env=False)


def read_head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, head
        head += byte
    return head


def read_all(connection: socket.socket) -> bytes:
    received = bytearray()
    while data := connection.recv(65536):
        received += data
    return bytes(received)


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(profile="google") as running:
        yield running


@contextmanager
def run_proxy(issuer_url: str, allowed: Sequence[str] = ()) -> Iterator[Proxy]:
    identity = create_identity()
    hosts = [parse_allowed_host(host) for host in allowed]
    with (
        listen("127.0.0.1", 0) as listener,
        run_front(listener, issuer_url, hosts, identity) as url,
    ):
        yield Proxy(url, identity)


@pytest.fixture(scope="module")
def proxy(issuer: RunningIssuer) -> Iterator[Proxy]:
    with run_proxy(issuer.url) as running:
        yield running


@pytest.fixture
def open_proxy(issuer: RunningIssuer) -> Iterator[OpenProxy]:
    """Return a function that starts another proxy, which leads to *allowed* hosts as well."""
    with ExitStack() as stack:

        def start(*allowed: str, issuer_url: str = issuer.url) -> Proxy:
            return stack.enter_context(run_proxy(issuer_url, allowed))

        yield start


@contextmanager
def run_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection after the other in a thread; yield host and port."""

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed
                return
            with connection:
                connection.settimeout(TIMEOUT_S)
                serve(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(TIMEOUT_S)


def test_issuer_answers_at_a_name_of_google(proxy: Proxy, issuer: RunningIssuer) -> None:
    issuer.requests.clear()

    with proxy.client() as client:
        response = client.get("https://www.googleapis.com/oauth2/v3/certs")

    assert response.json()["keys"][0]["kid"] == issuer.kid
    assert issuer.requests.count("/oauth2/v3/certs") == 1


def test_issuer_sees_the_host_of_google(proxy: Proxy) -> None:
    with proxy.client() as client:
        document = client.get("https://accounts.google.com/.well-known/openid-configuration").json()

    assert document["jwks_uri"] == "http://accounts.google.com/.well-known/jwks.json"


def test_connection_serves_several_requests(proxy: Proxy) -> None:
    with proxy.client() as client:
        statuses = [client.get("https://www.gstatic.com/health").status_code for _ in range(3)]
        posted = client.post("https://oauth2.googleapis.com/token", data={"sub": "x" * 100_000})

    assert statuses == [200, 200, 200]
    assert posted.headers["X-Dev-Only"] == "token-issuer"


def test_certificate_is_not_valid_without_the_ca_and_for_another_name(proxy: Proxy) -> None:
    with (
        proxy.tunnel("www.googleapis.com:443") as connection,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(connection, server_hostname="www.googleapis.com")
    with proxy.tunnel("www.googleapis.com:443") as connection, pytest.raises(ssl.SSLError):
        proxy.context.wrap_socket(connection, server_hostname="example.com")


def test_clients_that_do_not_wait_for_the_response_to_connect_are_served(proxy: Proxy) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = proxy.context.wrap_bio(incoming, outgoing, server_hostname="www.googleapis.com")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()

    with proxy.connect() as connection:
        connection.sendall(b"CONNECT www.googleapis.com:443 HTTP/1.1\r\n\r\n" + outgoing.read())
        assert read_head(connection).startswith(b"HTTP/1.1 200 ")
        incoming.write(connection.recv(65536))
        tls.do_handshake()

    assert tls.version() == "TLSv1.3"


@pytest.mark.parametrize("host", ["metadata.google.internal", "169.254.169.254"])
@pytest.mark.parametrize("has_connect", [False, True])
def test_issuer_answers_for_the_metadata_server_without_tls(
    proxy: Proxy, host: str, has_connect: bool
) -> None:
    if has_connect:
        with proxy.tunnel(f"{host}:80") as connection:
            connection.sendall(f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            connection.shutdown(socket.SHUT_WR)
            response = read_all(connection)
    else:
        response = proxy.ask(f"GET http://{host}/health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    assert response.startswith(b"HTTP/1.1 200 ")
    assert b"x-dev-only: token-issuer" in response.lower()


def test_health_of_the_issuer_is_that_of_the_proxy(proxy: Proxy, issuer: RunningIssuer) -> None:
    response = httpx.get(f"{proxy.url}/health", trust_env=False)

    assert response.json()["kid"] == issuer.kid


@pytest.mark.parametrize(
    ("request_head", "status", "remedy"),
    [
        (b"CONNECT pypi.org:443 HTTP/1.1", 403, b"--allow pypi.org"),
        (b"CONNECT localhost:5432 HTTP/1.1", 403, b"--allow localhost:5432"),
        (b"CONNECT www.googleapis.com:80 HTTP/1.1", 403, b"port 443 only"),
        (b"GET http://example.com/ HTTP/1.1", 403, b"--allow example.com:80"),
        (b"CONNECT www.googleapis.com HTTP/1.1", 400, b"expected HOST:PORT"),
        (b"GET / HTTP/1.1", 421, b"HTTPS_PROXY"),
        (b"GET /admin/keys HTTP/1.1", 421, b"HTTPS_PROXY"),
        (b"BREW", 400, b"HTTP/1.1"),
        (b"\x16\x03\x01", 400, b"begins with http://"),
    ],
)
def test_refusal_names_the_remedy(
    proxy: Proxy, request_head: bytes, status: int, remedy: bytes
) -> None:
    response = proxy.ask(request_head + b"\r\n\r\n")
    head, _, body = response.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"X-Dev-Only: token-issuer" in head
    assert remedy in head
    assert remedy in body


def test_allowed_host_without_tls_is_refused(open_proxy: OpenProxy) -> None:
    response = open_proxy("example.com:80").ask(b"GET http://example.com/ HTTP/1.1\r\n\r\n")

    assert response.startswith(b"HTTP/1.1 403 example.com is reached with TLS only")


def test_each_refused_host_is_logged_once(
    open_proxy: OpenProxy, caplog: pytest.LogCaptureFixture
) -> None:
    proxy = open_proxy()

    with caplog.at_level(logging.WARNING):
        for host in ("pypi.org", "pypi.org", "npmjs.com"):
            proxy.ask(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())

    refused = [message for message in caplog.messages if message.startswith("refused")]
    assert [message.rpartition(" ")[2] for message in refused] == ["pypi.org", "npmjs.com"]


def test_allowed_host_is_reached_unopened(open_proxy: OpenProxy) -> None:
    authority = Authority.create(["127.0.0.1"], create_identity().authority.not_valid_before_utc)
    with run_tls_server(authority) as place:
        proxy = open_proxy(place)
        context = ssl.create_default_context(cadata=authority.certificate_pem)
        with context.wrap_socket(proxy.tunnel(place), server_hostname="127.0.0.1") as connection:
            chain = connection.getpeercert(binary_form=True)
            received = read_all(connection)

    assert received == b"the host itself"
    assert chain is not None


@contextmanager
def run_tls_server(authority: Authority) -> Iterator[str]:
    """Run a server of the standard library with a certificate of a CA of its own."""
    credential = authority.issue(["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as file:
        file.write(credential.chain[0].public_bytes(Encoding.PEM))
        file.write(credential.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        context.load_cert_chain(file.name)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.sendall(b"the host itself")

    with run_server(serve) as place:
        yield place


def test_half_closed_connection_still_receives(open_proxy: OpenProxy) -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(read_all(connection)[::-1])

    with run_server(serve) as place, open_proxy(place).tunnel(place) as connection:
        connection.sendall(b"abc")
        connection.shutdown(socket.SHUT_WR)

        assert read_all(connection) == b"cba"


def test_server_that_closes_first_ends_the_connection(open_proxy: OpenProxy) -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(b"bye")

    with run_server(serve) as place, open_proxy(place).tunnel(place) as connection:
        assert read_all(connection) == b"bye"


def test_reset_of_the_server_does_not_look_like_the_end(open_proxy: OpenProxy) -> None:
    def serve(connection: socket.socket) -> None:
        connection.sendall(b"part")
        assert connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with run_server(serve) as place, open_proxy(place).tunnel(place) as connection:
        assert connection.recv(4) == b"part"
        connection.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            read_all(connection)


def test_client_that_does_not_read_stops_the_server(open_proxy: OpenProxy) -> None:
    size = 32 << 20
    sent = 0
    is_blocked = threading.Event()

    def serve(connection: socket.socket) -> None:
        nonlocal sent
        connection.setblocking(False)
        chunk = bytes(1 << 16)
        while sent < size:
            try:
                sent += connection.send(chunk[: size - sent])
            except BlockingIOError:
                if not select.select([], [connection], [], 0.5)[1]:
                    is_blocked.set()
                    select.select([], [connection], [], TIMEOUT_S)

    with run_server(serve) as place, open_proxy(place).tunnel(place) as connection:
        assert is_blocked.wait(TIMEOUT_S)
        assert sent < size / 2
        assert len(read_all(connection)) == size


def test_host_that_cannot_be_reached_is_a_bad_gateway(open_proxy: OpenProxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        place = f"127.0.0.1:{closed.getsockname()[1]}"
    response = open_proxy(place, "nonexistent.invalid").ask(
        f"CONNECT {place} HTTP/1.1\r\n\r\n".encode()
    )

    assert response.startswith(b"HTTP/1.1 502 127.0.0.1 port ")
    assert b"cannot be reached" in response


def test_allowed_host_cannot_lead_to_the_real_metadata_server(
    open_proxy: OpenProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(connection: socket.socket) -> None:
        read_all(connection)

    with run_server(serve) as address:
        place = address.replace("127.0.0.1", "localhost")
        proxy = open_proxy(place)
        monkeypatch.setattr(proxy_module, "HTTP_NAMES", ("127.0.0.1",))  # what localhost leads to

        response = proxy.ask(f"CONNECT {place} HTTP/1.1\r\n\r\n".encode())
        health = proxy.ask(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert response.startswith(b"HTTP/1.1 403 localhost is an address of the metadata server of a")
    assert health.startswith(b"HTTP/1.1 200 ")  # an issuer may have that address


def test_issuer_that_is_gone_ends_the_connection(
    open_proxy: OpenProxy, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    proxy = open_proxy(issuer_url=url)

    with proxy.client() as client, pytest.raises(httpx.TransportError):
        client.get("https://www.googleapis.com/certs")

    assert "cannot be reached" in caplog.text


def test_many_connections_at_a_time_are_served(proxy: Proxy) -> None:
    def fetch(_number: int) -> int:
        with proxy.client() as client:
            return client.get("https://www.googleapis.com/oauth2/v1/certs").status_code

    with ThreadPoolExecutor(100) as executor:
        statuses = list(executor.map(fetch, range(100)))

    assert statuses == [200] * 100


def test_number_of_connections_is_bounded(open_proxy: OpenProxy) -> None:
    proxy = open_proxy()
    with ExitStack() as stack:
        opened = [stack.enter_context(proxy.connect()) for _ in range(MAX_CONNECTIONS)]
        surplus = stack.enter_context(proxy.connect())
        response = read_all(surplus)
        opened.pop().close()

        assert response.startswith(b"HTTP/1.1 503 more than 256 connections")
    with proxy.client() as client:
        assert client.get("https://www.gstatic.com/health").status_code == 200


def test_connections_that_ended_do_not_count(open_proxy: OpenProxy) -> None:
    proxy = open_proxy()
    for number in range(MAX_CONNECTIONS + 10):
        target = "pypi.org" if number % 2 else "www.googleapis.com"
        with proxy.connect() as connection:
            connection.sendall(f"CONNECT {target}:443 HTTP/1.1\r\n\r\n".encode())
            assert read_head(connection).startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize("is_complete", [False, True])
def test_large_head_is_refused(proxy: Proxy, is_complete: bool) -> None:
    request = b"CONNECT www.googleapis.com:443 HTTP/1.1\r\nX: " + b"x" * MAX_HEAD_BYTES
    response = proxy.ask(request + b"\r\n\r\n" * is_complete)

    assert response.startswith(b"HTTP/1.1 431 the request head is larger than 65536 bytes")


def test_slow_head_is_refused(open_proxy: OpenProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "SETUP_S", 0.1)

    with open_proxy().connect() as connection:
        connection.sendall(b"CONNECT www.")
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.1 408 the request did not arrive in time")


def test_slow_handshake_ends_the_connection(
    open_proxy: OpenProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "SETUP_S", 0.1)

    with open_proxy().tunnel("www.googleapis.com:443") as connection:
        assert wait_for_end(connection) == b""


def test_idle_connection_ends(open_proxy: OpenProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "Relay", partial(Relay, idle_s=0.1))

    def serve(connection: socket.socket) -> None:
        wait_for_end(connection)

    with run_server(serve) as place, open_proxy(place).tunnel(place) as connection:
        assert wait_for_end(connection) == b""


def wait_for_end(connection: socket.socket) -> bytes:
    try:
        return read_all(connection)
    except ConnectionResetError:
        return b""


def test_client_of_a_public_address_is_refused(
    open_proxy: OpenProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "is_public_address", lambda _text: True)

    with open_proxy().connect() as connection:
        response = read_all(connection)

    assert response.startswith(b"HTTP/1.1 403 only clients of this machine")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:8081", "http://127.0.0.1:8081/staff", "https://issuer/x"]
)
def test_issuer_that_relayed_bytes_do_not_reach_is_an_error(url: str) -> None:
    with pytest.raises(FrontError, match="expected the issuer at http://HOST:PORT"):
        locate_issuer(url)


def test_open_connections_end_with_the_proxy(issuer: RunningIssuer) -> None:
    with ExitStack() as stack:
        proxy = stack.enter_context(run_proxy(issuer.url))
        connections: list[Any] = [proxy.connect(), proxy.tunnel("www.googleapis.com:443")]
        connections.append(
            proxy.context.wrap_socket(
                proxy.tunnel("www.googleapis.com:443"), server_hostname="www.googleapis.com"
            )
        )
        stack.close()

        for connection in connections:
            with connection:
                assert wait_for_end(connection) == b""
