# DEV-ONLY: never ship to production.
"""The throw-away authority: what its certificates say, and what OpenSSL makes of them."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL.crypto import X509, X509Store, X509StoreContext, X509StoreContextError
from token_issuer.tls.authority import VALIDITY, Authority

pytestmark = pytest.mark.requirement("GO-6")

NOW: Final = datetime(2026, 11, 30, 12, 0, 0, 999, tzinfo=UTC)


def verify(authority: Authority, certificate: x509.Certificate, at: datetime = NOW) -> None:
    store = X509Store()
    store.add_cert(X509.from_cryptography(authority.certificate))
    store.set_time(at)
    X509StoreContext(store, X509.from_cryptography(certificate)).verify_certificate()


def create(*names: str) -> Authority:
    return Authority.create(names, NOW)


@pytest.mark.parametrize(
    ("permitted", "name"),
    [
        (("localhost",), "localhost"),
        (("localhost",), "app.localhost"),
        (("localhost", "127.0.0.1", "::1"), "127.0.0.1"),
        (("localhost", "127.0.0.1", "::1"), "::1"),
        (("googleapis.com",), "oauth2.googleapis.com"),
        (("127.0.0.1",), "127.0.0.1"),
    ],
)
def test_permitted_name_verifies(permitted: tuple[str, ...], name: str) -> None:
    authority = create(*permitted)

    verify(authority, authority.issue([name]).chain[0])


@pytest.mark.parametrize(
    ("permitted", "name"),
    [
        (("localhost",), "example.com"),
        (("localhost",), "localhost.example.com"),
        (("localhost",), "notlocalhost"),
        (("localhost",), "127.0.0.1"),
        (("localhost",), "::1"),
        (("localhost", "127.0.0.1"), "127.0.0.2"),
        (("localhost", "127.0.0.1"), "::1"),
        (("127.0.0.1",), "localhost"),
        ((), "localhost"),
        ((), "127.0.0.1"),
        (("googleapis.com",), "accounts.google.com"),
    ],
)
def test_other_name_is_refused(permitted: tuple[str, ...], name: str) -> None:
    authority = create(*permitted)
    certificate = authority.issue([*permitted, name]).chain[0]

    with pytest.raises(X509StoreContextError, match=r"permitted subtree|excluded subtree"):
        verify(authority, certificate)


def test_authority_is_valid_for_one_day() -> None:
    authority = create("localhost")
    certificate = authority.issue(["localhost"]).chain[0]
    end = NOW.replace(microsecond=0) + VALIDITY

    assert timedelta(days=1) == VALIDITY
    assert authority.expires_at == end == certificate.not_valid_after_utc
    verify(authority, certificate, end - timedelta(seconds=1))
    for time in (end + timedelta(seconds=1), NOW - timedelta(hours=1)):
        with pytest.raises(X509StoreContextError, match=r"expired|not yet valid"):
            verify(authority, certificate, time)


def test_certificate_cannot_sign_another_one() -> None:
    authority = create("localhost")
    credential = authority.issue(["localhost"])
    assert isinstance(credential.key, ec.EllipticCurvePrivateKey)
    forged = Authority(credential.chain[0], credential.key).issue(["localhost"]).chain[0]
    store = X509Store()
    store.add_cert(X509.from_cryptography(authority.certificate))
    store.set_time(NOW)
    chain = [X509.from_cryptography(credential.chain[0])]

    with pytest.raises(X509StoreContextError, match="invalid CA certificate"):
        X509StoreContext(store, X509.from_cryptography(forged), chain).verify_certificate()


def test_certificates_say_dev_only() -> None:
    authority = create("localhost")
    subjects = [authority.certificate.subject, authority.issue(["localhost"]).chain[0].subject]

    names = [subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value for subject in subjects]
    units = [
        subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value
        for subject in subjects
    ]
    assert names == ["DEV ONLY token-issuer CA", "DEV ONLY token-issuer"]
    assert units == ["DEV ONLY", "DEV ONLY"]


def test_constraints_are_critical() -> None:
    extensions = create("localhost").certificate.extensions

    for kind in (x509.BasicConstraints, x509.KeyUsage, x509.NameConstraints):
        assert extensions.get_extension_for_class(kind).critical
    constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)


def test_two_authorities_have_different_names_and_keys() -> None:
    one, other = create("localhost").certificate, create("localhost").certificate

    assert one.subject != other.subject
    assert one.serial_number != other.serial_number
    assert one.public_key() != other.public_key()
