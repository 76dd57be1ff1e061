"""Fixtures of the tests: keys, a fixed time, and an HTTP server that can misbehave."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import pytest
from jwt_core import Algorithm, KeySet, SigningKey, VerificationPolicy, generate_key, sign

NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)
ISSUER: Final = "https://issuer.example.com"
AUDIENCE: Final = "orders-api"

MAX_STALL_S: Final = 60
"""Ends processes and responses that a failing test leaves waiting; no other test waits for it."""

Handler = Callable[[socket.socket], None]


class JwksServer:
    """An HTTP server on loopback that sends responses byte for byte as a test states them.

    It records the requests, and sends one response, or none, for each connection.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._received = threading.Condition()
        self.is_stopping = threading.Event()
        self.handler: Handler = lambda _connection: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/jwks.json"

    def answer_with(self, handler: Handler) -> None:
        """Pass each later connection to *handler*."""
        self.handler = handler

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
                wait_for.wait(MAX_STALL_S)
            connection.sendall(message)

        self.answer_with(send)

    def answer_never(self) -> None:
        """Accept each request and never respond."""

        def stay_silent(_connection: socket.socket) -> None:
            self.is_stopping.wait(MAX_STALL_S)

        self.answer_with(stay_silent)

    def stall_first(self, release: threading.Event) -> None:
        """Respond to the first request only after *release*; to the others as so far."""
        respond, is_first = self.handler, threading.Lock()

        def respond_or_stall(connection: socket.socket) -> None:
            if is_first.acquire(blocking=False):
                release.wait(MAX_STALL_S)
            respond(connection)

        self.answer_with(respond_or_stall)

    def wait_for_requests(self, count: int) -> None:
        """Wait until *count* requests have been received."""
        with self._received:
            assert self._received.wait_for(lambda: len(self.requests) >= count, MAX_STALL_S)

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
                with self._received:
                    self.requests.append(head.decode())
                    self._received.notify_all()
                self.handler(connection)
            except OSError:
                pass  # the client closed the connection early, as some tests expect


class ScriptProcess:
    """A Python process that prints a line when it waits, and continues on request."""

    def __init__(self, script: str, uri: str) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, uri],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            start_new_session=True,  # so that its forks, which have its pipes, end with it
        )
        self._watchdog = threading.Timer(MAX_STALL_S, self._kill)
        self._watchdog.start()

    def expect(self, line: str) -> None:
        """Read one line, which must be *line*."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        if (read := self._process.stdout.readline()) != f"{line}\n":
            self._kill()
            pytest.fail(read + self._process.stderr.read())

    def proceed(self) -> None:
        """Let the script continue."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def interrupt(self) -> None:
        """Send SIGINT, as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def finish(self) -> None:
        """Let the script run to its end, and check that it succeeds."""
        output, errors = self._process.communicate("\n")
        assert self._process.returncode == 0, output + errors

    def close(self) -> None:
        """End the process, however far it is."""
        self._watchdog.cancel()
        self._kill()
        self._process.communicate()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


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
def start_script() -> Iterator[Callable[[str, str], ScriptProcess]]:
    """Start scripts, with the URI of a key set as argument; end them after the test."""
    processes: list[ScriptProcess] = []

    def start(script: str, uri: str) -> ScriptProcess:
        processes.append(ScriptProcess(script, uri))
        return processes[-1]

    yield start
    for process in processes:
        process.close()


@pytest.fixture
def stalled(server: "JwksServer", key: SigningKey) -> Iterator["JwksServer"]:
    """A server that publishes a key, but does not respond to the first request."""
    release = threading.Event()
    server.publish(key)
    server.stall_first(release)
    yield server
    release.set()


@pytest.fixture
def server() -> Iterator[JwksServer]:
    server = JwksServer()
    yield server
    server.stop()
