# DEV-ONLY: never ship to production.
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from token_issuer.config.keywords import parse_keywords
from token_issuer.errors import CertificateError
from token_issuer.server.ca_file import write_ca_file
from token_issuer.server.tls import ServerTls, list_own_names, prepare_tls
from token_issuer.tls.authority import Authority
from token_issuer.tls.credential_files import read_certificates

pytestmark = pytest.mark.requirement("GO-6")

DEFAULT: Final = ("localhost", "127.0.0.1", "::1", "token-issuer", "host.docker.internal")


@pytest.mark.parametrize(
    ("keywords", "more"),
    [
        ({}, ()),
        ({"host": "0.0.0.0"}, ()),  # noqa: S104  # not bound
        ({"host": "::"}, ()),
        ({"host": "127.0.0.2"}, ("127.0.0.2",)),
        ({"host": "fe80::1%eth0"}, ("fe80::1",)),
        ({"host": "My-Laptop."}, ("my-laptop",)),
        ({"host": "no-name!"}, ()),
        ({"public_url": "https://Auth.Test:8443/x"}, ("auth.test",)),
        ({"browser_url": "https://[::2]:8443"}, ("::2",)),
        ({"verifier_url": "http://issuer"}, ("issuer",)),
        ({"public_url": "https://localhost"}, ()),
    ],
)
def test_own_names_are_those_by_which_clients_reach_the_issuer(
    keywords: dict[str, object], more: tuple[str, ...]
) -> None:
    assert list_own_names(parse_keywords(keywords)) == (*DEFAULT, *more)


def test_own_names_include_those_of_the_admin_surface() -> None:
    names = list_own_names(parse_keywords({"admin_hosts": "pi.lan, 192.0.2.7"}))

    assert names == ("localhost", "127.0.0.1", "::1", "token-issuer", "pi.lan", "192.0.2.7")


def test_certificate_has_the_own_names(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    tls = prepare_tls(parse_keywords({"tls": True, "tls_ca": path}))
    credential = tls.choose()
    assert credential

    kind = x509.SubjectAlternativeName
    names = credential.chain[0].extensions.get_extension_for_class(kind).value
    assert names.get_values_for_type(x509.DNSName) == [DEFAULT[0], *DEFAULT[3:]]
    assert [*map(str, names.get_values_for_type(x509.IPAddress))] == [*DEFAULT[1:3]]
    assert [certificate.subject for certificate in read_certificates(path)] == [
        credential.chain[0].issuer
    ]


@pytest.mark.parametrize(
    ("age", "is_served", "text"),
    [
        (timedelta(hours=22, minutes=59), True, ""),
        (timedelta(hours=23, minutes=1), True, "the certificate expires at"),
        (timedelta(hours=24, minutes=1), False, "the certificate expired at"),
    ],
)
def test_expiry_is_logged_once_before_and_after(
    caplog: pytest.LogCaptureFixture, age: timedelta, text: str, *, is_served: bool
) -> None:
    credential = Authority.create(["localhost"], datetime.now(UTC) - age).issue(["localhost"])
    tls = ServerTls(credential)

    chosen = [tls.choose(), tls.choose()]

    assert chosen == ([credential] * 2 if is_served else [None] * 2)
    assert caplog.text.count("start the issuer again") == bool(text)
    assert text in caplog.text


def test_file_of_the_authority_says_dev_only_and_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("# DEV-ONLY: old")

    write_ca_file(path, "new\n")

    assert path.read_text() == "# DEV-ONLY: the CA of a token-issuer, valid for one day\nnew\n"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\n", "x" * 100_000])
def test_file_of_another_program_stays(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ca-certificates.crt"
    path.write_text(content)

    with pytest.raises(CertificateError, match="token-issuer did not write it; move it away"):
        write_ca_file(path, "new\n")

    assert path.read_text() == content


@pytest.mark.parametrize("name", ["missing/ca.pem", "/proc/ca.pem"])
def test_directory_that_takes_no_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(CertificateError, match=r"cannot be written: .* or name another file"):
        write_ca_file(tmp_path / name, "new\n")
