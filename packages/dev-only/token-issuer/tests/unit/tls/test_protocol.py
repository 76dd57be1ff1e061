# DEV-ONLY: never ship to production.
"""The server side of TLS, on a transport in memory, with the client of the standard library."""

import asyncio
import logging
import ssl
from collections.abc import Callable

import pytest
from tests.tls_wire import Inner, Wire
from token_issuer.tls.authority import Authority
from token_issuer.tls.protocol import MAX_HANDSHAKE_BYTES, MAX_UNREAD_BYTES, TlsProtocol

pytestmark = pytest.mark.requirement("GO-6")

MIB = 1 << 20
Run = Callable[[Callable[[], None]], None]
Connect = Callable[..., Wire]


def echo(inner: Inner) -> None:
    inner.transport.write(bytes(inner.received))
    inner.received.clear()


@pytest.fixture
def run() -> Run:
    """Return a function that runs a test inside an event loop."""

    def run_inside(test: Callable[[], None]) -> None:
        async def call() -> None:
            test()

        asyncio.run(call())

    return run_inside


@pytest.mark.parametrize("size", [None, 1, 5, 100])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_data_arrives_in_both_directions(
    run: Run, connect: Connect, authority: Authority, size: int | None, version: ssl.TLSVersion
) -> None:
    client = ssl.create_default_context(cadata=authority.certificate_pem)
    client.maximum_version = version

    def test() -> None:
        wire = connect(Inner(echo), client=client)
        wire.shake_hands(size)
        wire.client.write(b"hello" * 100)
        wire.pass_to_server(size)

        assert wire.read() == b"hello" * 100
        assert wire.client.version() == version.name.replace("v1_", "v1.")
        assert wire.inner.events == ["made"]

    run(test)


def test_a_megabyte_passes_in_both_directions(run: Run, connect: Connect) -> None:
    def test() -> None:
        wire = connect()
        wire.shake_hands()
        sent = bytes(range(256)) * (MIB // 256)
        for start in range(0, MIB, 1 << 14):
            wire.client.write(sent[start : start + (1 << 14)])
        wire.pass_to_server()
        wire.inner.transport.write(sent)

        assert wire.inner.received == sent
        assert wire.read() == sent

    run(test)


def test_data_in_the_segment_of_the_last_handshake_message_is_delivered(
    run: Run, connect: Connect
) -> None:
    def test() -> None:
        wire = connect()
        with pytest.raises(ssl.SSLWantReadError):
            wire.client.do_handshake()
        wire.pass_to_server()
        wire.pass_to_client()
        wire.client.do_handshake()
        wire.client.write(b"early")
        wire.pass_to_server()

        assert wire.inner.received == b"early"

    run(test)


def test_client_is_offered_http_1_1(run: Run, connect: Connect, authority: Authority) -> None:
    client = ssl.create_default_context(cadata=authority.certificate_pem)
    client.set_alpn_protocols(["h2", "http/1.1"])

    def test() -> None:
        wire = connect(client=client)
        wire.shake_hands()

        assert wire.client.selected_alpn_protocol() == "http/1.1"

    run(test)


def test_reading_pauses_and_resumes(connect: Connect) -> None:
    def pause(inner: Inner) -> None:
        inner.transport.pause_reading()

    async def test() -> None:
        wire = connect(Inner(pause))
        wire.shake_hands()
        for part in (b"a", b"b", b"c"):
            wire.client.write(part)
        wire.pass_to_server()
        first = bytes(wire.inner.received)
        wire.inner.transport.resume_reading()
        await asyncio.sleep(0)

        assert (first, bytes(wire.inner.received)) == (b"a", b"ab")
        assert wire.raw.calls == ["pause_reading", "resume_reading", "pause_reading"]
        assert not wire.inner.transport.is_reading()

    asyncio.run(test())


def test_data_that_arrives_before_a_pause_ends_is_delivered_before_the_end(
    connect: Connect,
) -> None:
    async def test() -> None:
        wire = connect()
        wire.shake_hands()
        wire.inner.transport.pause_reading()
        wire.client.write(b"last")
        wire.pass_to_server()
        assert not wire.inner.received
        wire.inner.transport.resume_reading()
        await asyncio.sleep(0)
        wire.protocol.eof_received()

        assert wire.inner.received == b"last"
        assert wire.inner.events == ["made", "eof"]

    asyncio.run(test())


def test_writing_pauses_and_resumes(run: Run, connect: Connect) -> None:
    def test() -> None:
        wire = connect()
        wire.protocol.pause_writing()
        wire.shake_hands()
        wire.protocol.resume_writing()

        assert wire.inner.events == ["made", "pause", "resume"]

    run(test)


def test_close_sends_the_alert_of_the_end(run: Run, connect: Connect) -> None:
    def test() -> None:
        wire = connect()
        wire.shake_hands()
        wire.inner.transport.write(b"bye")
        wire.inner.transport.close()
        wire.inner.transport.write(b"too late")
        wire.inner.transport.close()
        wire.protocol.data_received(b"ignored")

        assert wire.inner.transport.is_closing()
        assert wire.raw.calls == ["close"]
        wire.pass_to_client()
        assert wire.client.read(100) == b"bye"
        assert wire.client.read(100) == b""  # the alert

    run(test)


def test_sending_side_closes_alone(run: Run, connect: Connect) -> None:
    def test() -> None:
        wire = connect()
        wire.shake_hands()
        wire.inner.transport.write(b"last")
        wire.inner.transport.write_eof()
        wire.client.write(b"still heard")
        wire.pass_to_server()

        assert wire.raw.calls == ["write_eof"]
        assert wire.inner.received == b"still heard"
        wire.pass_to_client()
        assert (wire.client.read(9), wire.client.read(9)) == (b"last", b"")

    run(test)


@pytest.mark.parametrize("keeps_open", [True, False])
@pytest.mark.parametrize("has_alert", [True, False])
def test_end_of_the_client_is_passed_on(
    run: Run, connect: Connect, *, keeps_open: bool, has_alert: bool
) -> None:
    def test() -> None:
        wire = connect()
        wire.inner.keeps_open = keeps_open
        wire.shake_hands()
        stays = True
        if has_alert:
            with pytest.raises(ssl.SSLWantReadError):
                wire.client.unwrap()
            wire.pass_to_server()
            wire.inner.transport.write(b"answer")
        else:
            stays = bool(wire.protocol.eof_received())

        assert wire.inner.events == ["made", "eof"]
        assert wire.inner.transport.is_closing() == (has_alert and not keeps_open)
        assert stays == (has_alert or keeps_open)
        if has_alert and keeps_open:
            assert wire.protocol.eof_received() is True
            assert wire.inner.events == ["made", "eof"]

    run(test)


def test_lost_connection_ends_the_inner_protocol_once(run: Run, connect: Connect) -> None:
    def test() -> None:
        wire = connect()
        wire.shake_hands()
        wire.protocol.connection_lost(None)
        wire.inner.transport.write(b"too late")
        wire.inner.transport.resume_reading()

        assert wire.inner.events == ["made", "lost"]
        assert wire.inner.transport.is_closing()

    run(test)


@pytest.mark.parametrize(
    "first",
    [
        b"\x16\x03\x01\x00\x05hello",
        b"\x16" + bytes(300),
        b"\x16\x03\x01\xff\xff" + bytes(100),
    ],
)
def test_garbage_in_the_handshake_ends_the_connection(
    run: Run,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    first: bytes,
) -> None:
    def test() -> None:
        wire = connect()
        wire.protocol.data_received(first)
        wire.protocol.data_received(b"more")

        assert wire.raw.calls == ["write_eof"]
        assert not wire.inner.events
        assert wire.protocol.eof_received() is False

    run(test)
    assert caplog.text.count("the handshake of a client failed") == 1
    assert "Traceback" not in caplog.text


def test_garbage_after_the_handshake_ends_the_connection(
    run: Run, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    def test() -> None:
        wire = connect()
        wire.shake_hands()
        wire.protocol.data_received(b"\x17\x03\x03\x00\x20" + bytes(32))

        assert wire.raw.calls == ["close"]
        assert wire.inner.transport.is_closing()
        assert not wire.inner.received

    run(test)
    assert "closed a connection: record layer failure" in caplog.text


def test_handshake_has_a_limit_in_size(
    run: Run, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """Change-cipher-spec records, which TLS 1.3 tells servers to ignore, have no other limit."""

    def test() -> None:
        wire = connect()
        with pytest.raises(ssl.SSLWantReadError):
            wire.client.do_handshake()
        wire.pass_to_server()
        part = b"\x14\x03\x03\x00\x01\x01" * 1000
        for _ in range(MAX_HANDSHAKE_BYTES // len(part) + 1):
            wire.protocol.data_received(part)

        assert wire.raw.calls == ["write_eof"]

    run(test)
    assert "the handshake of a client failed" in caplog.text


@pytest.mark.parametrize("part", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01"])
def test_handshake_has_a_limit_in_time(
    connect: Connect, caplog: pytest.LogCaptureFixture, part: bytes
) -> None:
    caplog.set_level(logging.INFO)

    async def test() -> None:
        pending = set[TlsProtocol]()
        wire = connect(handshake_s=0, pending=pending)
        assert pending == {wire.protocol}
        if part:
            wire.protocol.data_received(part)
        await wire.raw.ended.wait()
        wire.protocol.connection_lost(None)

        assert wire.raw.calls == ["abort"]
        assert not pending

    asyncio.run(test())
    assert "did not complete its handshake" in caplog.text


def test_completed_handshake_is_not_pending(run: Run, connect: Connect) -> None:
    def test() -> None:
        pending = set[TlsProtocol]()
        connect(pending=pending).shake_hands()

        assert not pending

    run(test)


@pytest.mark.parametrize("request_", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"G", b"\x80\x2e\x01"])
def test_plain_text_is_answered_with_the_remedy(
    run: Run, connect: Connect, request_: bytes
) -> None:
    def test() -> None:
        wire = connect()
        wire.protocol.data_received(request_)
        wire.protocol.data_received(b"more")

        head, _, body = bytes(wire.raw.sent).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"\r\nX-Dev-Only: token-issuer" in head
        assert b"this port speaks TLS: use a URL that starts with https:" in body
        assert wire.raw.calls == ["write_eof"]

    run(test)


def test_client_that_trusts_another_authority_is_explained(
    run: Run, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    def test() -> None:
        wire = connect(client=ssl.create_default_context())
        with pytest.raises(ssl.SSLCertVerificationError):
            wire.shake_hands()
        wire.pass_to_server()

        assert wire.raw.calls == ["write_eof"]

    run(test)
    assert "give it the file of the CA" in caplog.text


def test_client_that_demands_responses_but_reads_none_is_cut_off(
    run: Run, connect: Connect
) -> None:
    def test() -> None:
        wire = connect()
        wire.shake_hands()
        wire.protocol.pause_writing()
        wire.raw.unsent_bytes = MAX_UNREAD_BYTES + 1
        wire.client.write(b"x")
        wire.pass_to_server()

        assert wire.raw.calls == ["abort"]

    run(test)


def test_extra_info_is_that_of_the_connection(run: Run, connect: Connect) -> None:
    def test() -> None:
        wire = connect()
        wire.shake_hands()
        transport = wire.inner.transport

        assert transport.get_extra_info("sslcontext") is not None
        assert transport.get_extra_info("peername") == ("127.0.0.1", 1)
        assert transport.get_extra_info("nothing", 7) == 7
        assert transport.can_write_eof()
        assert transport.get_write_buffer_size() == 0

    run(test)
