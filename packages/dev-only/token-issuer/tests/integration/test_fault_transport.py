# DEV-ONLY: never ship to production.
"""The faults of the transport, byte by byte on raw sockets."""

import contextlib
import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests import patient_http
from token_issuer.testing import RunningIssuer

pytestmark = pytest.mark.requirement("BV-2")
StartIssuer = Callable[..., Any]


def ask(url: str, method: str = "GET") -> socket.socket:
    parts = urlsplit(url)
    client = socket.create_connection((parts.hostname, parts.port or 80), timeout=60)
    client.sendall(f"{method} /certs HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    return client


def read_parts(client: socket.socket) -> Iterator[bytes]:
    while data := client.recv(65536):
        yield data


def read_header(client: socket.socket) -> tuple[int, bytes]:
    """Return the announced length, and what of the body came with the header."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        assert part, data
        data += part
    header, _, rest = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in header.split(b"\r\n")[1:])
    return int(fields[b"content-length"]), rest


def test_reset_before_the_header_is_a_tcp_reset(token_issuer: RunningIssuer) -> None:
    token_issuer.faults.set({"kind": "reset"})
    with ask(token_issuer.url) as client, pytest.raises(ConnectionResetError):
        client.recv(1)

    assert [r.faults for r in token_issuer.requests.list()] == [("reset",)]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reset_after_the_header_lets_the_header_through(
    token_issuer: RunningIssuer, method: str
) -> None:
    token_issuer.faults.set({"kind": "reset", "at": "after-header"})
    with ask(token_issuer.url, method) as client:
        length, rest = read_header(client)
        with pytest.raises(ConnectionResetError):
            client.recv(1)

    assert (length > 0, rest) == (True, b"")


def test_truncated_answer_announces_more_than_comes_and_ends_in_order(
    token_issuer: RunningIssuer,
) -> None:
    good = patient_http.get(token_issuer.jwks_uri).content
    token_issuer.faults.set({"kind": "truncated"})
    with ask(token_issuer.url) as client:
        length, rest = read_header(client)
        body = rest + b"".join(read_parts(client))

    assert length == len(good)
    assert body == good[: len(good) // 2]


def test_truncated_head_is_whole(token_issuer: RunningIssuer) -> None:
    token_issuer.faults.set({"kind": "truncated"})
    with ask(token_issuer.url, "HEAD") as client:
        length, rest = read_header(client)
        assert (length > 0, rest, b"".join(read_parts(client))) == (True, b"", b"")


def test_drip_sends_piece_by_piece_and_the_connection_stays(token_issuer: RunningIssuer) -> None:
    good = patient_http.get(token_issuer.jwks_uri).content
    token_issuer.faults.set({"kind": "drip", "chunk": 50, "interval": 0.03, "requests": 1})
    with ask(token_issuer.url) as client:
        length, rest = read_header(client)
        pieces = [rest]
        while sum(map(len, pieces)) < length:
            pieces.append(client.recv(65536))
        client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        status_line = client.recv(15)

    assert b"".join(pieces) == good
    assert len(pieces) > len(good) // 50 // 2
    assert status_line == b"HTTP/1.1 200 OK"


def test_dripping_head_is_complete_at_once(token_issuer: RunningIssuer) -> None:
    token_issuer.faults.set({"kind": "drip", "chunk": 1, "interval": "60s"})
    with ask(token_issuer.url, "HEAD") as client:
        length, rest = read_header(client)
        client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        status_line = client.recv(15)  # it would come after the body, hours later

    assert (length > 0, rest, status_line) == (True, b"", b"HTTP/1.1 200 OK")


def test_truncated_and_dripping_compose(token_issuer: RunningIssuer) -> None:
    token_issuer.faults.set({"kind": "truncated"}, {"kind": "drip", "chunk": 60, "interval": 0.01})
    with ask(token_issuer.url) as client:
        length, rest = read_header(client)
        assert len(rest + b"".join(read_parts(client))) == length // 2


def test_waits_hold_up_no_other_request(token_issuer: RunningIssuer) -> None:
    token_issuer.faults.set({"kind": "delay", "delay": "5m"})
    with ask(token_issuer.url) as client:
        while not token_issuer.requests.count("/certs"):
            time.sleep(0.01)
        assert patient_http.get(f"{token_issuer.url}/health").status_code == 200
        assert (
            patient_http.get(f"{token_issuer.url}/admin/faults").json()["faults"][0]["struck"] == 1
        )
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(1)


@pytest.mark.parametrize(
    "fault",
    [{"kind": "delay", "delay": "5m"}, {"kind": "drip", "chunk": 1, "interval": "60s"}],
)
def test_client_that_has_left_holds_up_no_stop(
    start_issuer: StartIssuer, fault: dict[str, object]
) -> None:
    issuer = start_issuer()
    patient_http.put(f"{issuer.url}/admin/faults", json={"faults": [fault]})
    ask(issuer.url).close()
    while not patient_http.get(f"{issuer.url}/admin/faults").json()["faults"][0]["struck"]:
        time.sleep(0.01)
    issuer.process.terminate()
    _, stderr = issuer.process.communicate(timeout=60)

    assert (issuer.process.returncode, stderr) == (0, "")


@pytest.mark.parametrize(
    "fault",
    [{"kind": "delay", "delay": "5m"}, {"kind": "drip", "chunk": 1, "interval": "60s"}],
)
def test_stop_lets_held_answers_go_whole(
    start_issuer: StartIssuer, fault: dict[str, object]
) -> None:
    issuer = start_issuer()
    patient_http.put(f"{issuer.url}/admin/faults", json={"faults": [fault]})
    with ask(issuer.url) as client:
        while not patient_http.get(f"{issuer.url}/admin/faults").json()["faults"][0]["struck"]:
            time.sleep(0.01)
        issuer.process.send_signal(signal.SIGTERM)
        length, rest = read_header(client)
        body = rest + b"".join(read_parts(client))
    _, stderr = issuer.process.communicate(timeout=60)

    assert len(body) == length
    assert (issuer.process.returncode, stderr) == (0, "")


@pytest.mark.parametrize("extra", [[], [{"kind": "truncated"}], [{"kind": "drip"}]])
def test_client_that_does_not_read_cannot_hold_up_the_stop(
    start_issuer: StartIssuer, extra: list[dict[str, object]]
) -> None:
    issuer = start_issuer()
    faults = [{"kind": "huge"}, *extra]
    patient_http.put(f"{issuer.url}/admin/faults", json={"faults": faults})
    with ask(issuer.url) as client:
        client.recv(1)
        issuer.process.terminate()
        _, stderr = issuer.process.communicate(timeout=60)

    assert (issuer.process.returncode, stderr) == (0, "")


def test_nothing_is_logged_as_an_error(
    token_issuer: RunningIssuer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for kind in ("reset", "truncated"):
            token_issuer.faults.set({"kind": kind})
            with ask(token_issuer.url) as client, contextlib.suppress(ConnectionResetError):
                list(read_parts(client))
        token_issuer.faults.reset()
        patient_http.get(token_issuer.jwks_uri)

    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
