# DEV-ONLY: never ship to production.
"""The certificates that a command behind the proxy trusts."""

import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from proxy_guard.search.certificates import find_certificate
from token_issuer.errors import FrontError
from token_issuer.front.trust import (
    CA_VARIABLES,
    JAVA_PASSWORD,
    TrustFiles,
    find_roots,
    read_roots,
    write_trust_files,
)
from token_issuer.tls.authority import Authority

pytestmark = pytest.mark.requirement("GO-6")


def create_root() -> str:
    return Authority.create(["example.com"], datetime.now(UTC)).certificate_pem.strip()


@pytest.mark.parametrize("variable", CA_VARIABLES)
def test_certificates_of_each_variable_are_kept(tmp_path: Path, variable: str) -> None:
    root, extra = create_root(), create_root()
    system = tmp_path / "system.pem"
    system.write_text(f"comment\n{root}\n{root}\n")
    file = tmp_path / "extra.pem"
    file.write_text(extra)

    roots = find_roots({"SSL_CERT_FILE": str(system), variable: str(file)})

    assert set(roots) == ({extra} if variable == "SSL_CERT_FILE" else {root, extra})


def test_variable_with_a_file_that_is_missing_is_ignored_as_programs_do() -> None:
    assert find_roots({"SSL_CERT_FILE": "/nonexistent"}) == ()


def test_certificates_of_the_system_are_found() -> None:
    assert len(find_roots({})) > 50


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\n", None])
def test_file_without_a_certificate_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(FrontError, match=r"^--roots: .*roots\.pem: .*PEM form$"):
        read_roots(path, "--roots")


def test_damaged_certificate_is_an_error_since_clients_would_read_none(tmp_path: Path) -> None:
    path = tmp_path / "roots.pem"
    damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    path.write_text(f"{create_root()}\n{damaged}\n")

    with pytest.raises(FrontError, match=r"roots\.pem: certificate 2 is damaged; replace"):
        read_roots(path, "--roots")


def test_directory_that_takes_no_file_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/proc")

    with pytest.raises(FrontError, match=r"cannot be written: .*; set TMPDIR"):  # noqa: SIM117
        with write_trust_files((), create_root()):
            pytest.fail("there are no files")


def test_error_of_the_block_is_not_changed() -> None:
    with pytest.raises(FileNotFoundError, match="of the block"):  # noqa: SIM117
        with write_trust_files((), create_root()):
            raise FileNotFoundError("of the block")  # noqa: EM101


@pytest.mark.parametrize("name", TrustFiles._fields)
def test_guard_recognises_each_file(name: str) -> None:
    with write_trust_files((create_root(),), create_root()) as files:
        finding = find_certificate(getattr(files, name).read_bytes())

    assert finding


def test_directory_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FrontError, match="a directory, not a file"):
        read_roots(tmp_path, "--roots")


def test_files_are_private_complete_and_removed() -> None:
    root, authority = create_root(), create_root()

    with write_trust_files((root, "not a certificate"), authority) as files:
        modes = {stat.S_IMODE(path.stat().st_mode) for path in files}
        loaded = x509.load_pem_x509_certificates(files.pem.read_bytes())
        store = load_pkcs12(files.java.read_bytes(), JAVA_PASSWORD.encode())

    expected = {x509.load_pem_x509_certificate(text.encode()) for text in (root, authority)}
    assert modes == {0o600}
    assert set(loaded) == expected
    assert {entry.certificate for entry in store.additional_certs} == expected
    assert not files.pem.parent.exists()
