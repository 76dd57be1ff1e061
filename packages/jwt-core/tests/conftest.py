"""Fixtures of the tests: keys, a fixed time, and an HTTP server that can misbehave."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import pytest
from jwt_core import Algorithm, KeySet, SigningKey, VerificationPolicy, generate_key, sign

NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)
ISSUER: Final = "https://issuer.example.com"
AUDIENCE: Final = "orders-api"

Handler = Callable[[socket.socket], None]


class JwksServer:
    """An HTTP server on loopback that sends responses byte for byte as a test states them.

    It records the requests, and sends one response, or none, for each connection.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.is_stopping = threading.Event()
        self._handler: Handler = lambda _connection: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/jwks.json"

    def answer_with(self, handler: Handler) -> None:
        """Pass each later connection to *handler*."""
        self._handler = handler

    def answer(
        self,
        body: bytes,
        *,
        status: str = "200 OK",
        headers: Mapping[str, str] | None = None,
        wait_for: threading.Event | None = None,
    ) -> None:
        """Respond to each request with *body*; if *wait_for* is given, wait for it first."""
        fields = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **(headers or {}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
        message = f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body

        def send(connection: socket.socket) -> None:
            if wait_for is not None:
                wait_for.wait(20)
            connection.sendall(message)

        self.answer_with(send)

    def answer_never(self) -> None:
        """Accept each request and never respond."""

        def stay_silent(_connection: socket.socket) -> None:
            self.is_stopping.wait(20)

        self.answer_with(stay_silent)

    def publish(
        self,
        *keys: SigningKey,
        headers: Mapping[str, str] | None = None,
        wait_for: threading.Event | None = None,
    ) -> None:
        """Respond to each request with a JWK Set of *keys*."""
        document = KeySet(tuple(key.verification_key for key in keys)).to_document()
        self.answer(json.dumps(document).encode(), headers=headers, wait_for=wait_for)

    def stop(self) -> None:
        """Refuse further connections, and release the open ones."""
        if self.is_stopping.is_set():
            return
        self.is_stopping.set()
        # Closing the socket does not end an `accept` that waits in its thread.
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    data = connection.recv(4096)
                    if not data:
                        return  # a client that has given up
                    head += data
                self.requests.append(head.decode())
                self._handler(connection)
            except OSError:
                pass  # the client closed the connection early, as some tests expect


class ManualClock:
    """Monotonic seconds that pass only by `advance`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def keys() -> dict[Algorithm, SigningKey]:
    """One key of each algorithm."""
    return {algorithm: generate_key(algorithm, kid="key-1") for algorithm in Algorithm}


@pytest.fixture(scope="session")
def key(keys: dict[Algorithm, SigningKey]) -> SigningKey:
    return keys[Algorithm.RS256]


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """Another RS256 key with the same `kid`, as after a restart of an issuer."""
    return generate_key(kid="key-1")


@pytest.fixture
def claims() -> dict[str, object]:
    """Claims that the policy accepts."""
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW.timestamp() + 60}


@pytest.fixture(scope="session")
def policy() -> VerificationPolicy:
    return VerificationPolicy(
        issuer=ISSUER, audience=AUDIENCE, algorithms=frozenset(Algorithm), clock=lambda: NOW
    )


@pytest.fixture
def token(claims: dict[str, object], key: SigningKey) -> str:
    """A token that verifies."""
    return sign(claims, key)


@pytest.fixture
def other_token(claims: dict[str, object], other_key: SigningKey) -> str:
    """A token of the other key; its signature does not verify with the first key."""
    return sign(claims, other_key)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def server() -> Iterator[JwksServer]:
    server = JwksServer()
    yield server
    server.stop()
