# DEV-ONLY: never ship to production.
import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from tests.tls_wire import Inner, Wire
from token_issuer.tls.authority import Authority
from token_issuer.tls.contexts import build_server_context
from token_issuer.tls.credentials import Credential
from token_issuer.tls.protocol import TlsProtocol

pytestmark = pytest.mark.requirement("GO-6")


def connect(
    authority: Authority, known: Mapping[str | None, Credential], name: str, **limits: object
) -> Wire:
    client = ssl.create_default_context(cadata=authority.certificate_pem)
    for limit, value in limits.items():
        setattr(client, limit, value)
    inner = Inner()
    wire = Wire(TlsProtocol(build_server_context(known.get), lambda: inner), inner, client, name)
    wire.shake_hands()
    return wire


def test_server_authenticates_by_the_requested_name() -> None:
    names = ["a.test", "b.test", "127.0.0.1"]
    authority = Authority.create(names, datetime.now(UTC))
    known: dict[str | None, Credential] = {name: authority.issue([name]) for name in names}

    async def test() -> None:
        for name in ("a.test", "B.TEST"):
            wire = connect(authority, known, name)
            assert wire.client.getpeercert()["subjectAltName"] == (("DNS", name.lower()),)  # type: ignore[index]
        wire = connect(authority, {None: known["127.0.0.1"]}, "127.0.0.1")  # no name is sent
        assert wire.client.getpeercert()["subjectAltName"] == (("IP Address", "127.0.0.1"),)  # type: ignore[index]

    asyncio.run(test())


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_unknown_name_ends_the_handshake(
    authority: Authority, caplog: pytest.LogCaptureFixture, version: str
) -> None:
    async def test() -> None:
        with pytest.raises(ssl.SSLError, match=r"(?i)alert handshake failure"):
            connect(authority, {}, "localhost", maximum_version=ssl.TLSVersion[version])

    asyncio.run(test())
    assert "the server has no certificate for the requested name" in caplog.text


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_old_version_is_refused(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        client = ssl.create_default_context(cadata=authority.certificate_pem)
        client.minimum_version = ssl.TLSVersion.TLSv1_1
        client.maximum_version = ssl.TLSVersion.TLSv1_1
        client.set_ciphers("ALL:@SECLEVEL=0")
        inner = Inner()
        context = build_server_context(lambda _name: None)
        wire = Wire(TlsProtocol(context, lambda: inner), inner, client, "localhost")
        with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
            wire.shake_hands()

    asyncio.run(test())
    assert "use a client with TLS 1.2" in caplog.text
