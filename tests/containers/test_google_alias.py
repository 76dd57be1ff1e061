"""The issuer at Google's host name with a private CA, for libraries with a hard-coded URL."""

import importlib.util
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.containers.conftest import run_docker, wait_until

pytestmark = pytest.mark.requirement("GO-1")

HOST: Final = "www.googleapis.com"
NETWORK: Final = "token-issuer-test-google"
AUDIENCE: Final = "app.apps.googleusercontent.com"
TERMINATOR: Final = Path(__file__).with_name("tls_terminator.py")
# Pure Python packages, so those of this machine also run in the container.
GOOGLE_AUTH: Final = (
    "google",
    "requests",
    "urllib3",
    "idna",
    "certifi",
    "charset_normalizer",
    "pyasn1",
)
VERIFY: Final = f"""
import json, sys
from google.auth.transport.requests import Request
from google.oauth2 import id_token
print(json.dumps(id_token.verify_oauth2_token(sys.argv[1], Request(), {AUDIENCE!r})))
"""


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """Write a CA certificate, and a certificate with its key for the host; return both files."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA of the test stack")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)

    def build(subject: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509
            .CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()),
                critical=False,
            )
        )

    usage = x509.KeyUsage(
        *(True, False, False, False, False), *(True, True), encipher_only=False, decipher_only=False
    )
    ca = (
        build(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, SHA256())
    )
    leaf = (
        build(name, key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca_key, SHA256())
    )
    private_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    ca_file, chain_file = folder / "ca.crt", folder / "chain.txt"
    ca_file.write_bytes(ca.public_bytes(Encoding.PEM))
    chain_file.write_bytes(leaf.public_bytes(Encoding.PEM) + private_pem)
    for path in (ca_file, chain_file):
        path.chmod(0o644)
    return ca_file, chain_file


def find_package(name: str) -> Path:
    spec = importlib.util.find_spec("google.auth" if name == "google" else name)
    assert spec
    assert spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    return folder.parent if name == "google" else folder


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run the issuer, and the TLS terminator with Google's name; return the CA file."""
    ca_file, chain_file = make_certificates(tmp_path_factory.mktemp("ca"))
    run_docker("network", "create", NETWORK)
    started = []
    try:
        common = ("run", "--detach", "--network", NETWORK, "--read-only", "--cap-drop=ALL")
        issuer = ("--network-alias=token-issuer", "--env=TOKEN_ISSUER_PROFILE=google")
        started.append(run_docker(*common, *issuer, "token-issuer"))
        mounts = (f"-v={TERMINATOR}:/terminator.py:ro", f"-v={chain_file}:/chain.pem:ro")
        started.append(
            run_docker(
                *(*common, f"--network-alias={HOST}", *mounts, "--entrypoint=python3"),
                *("reference-proxy", "/terminator.py", "http://token-issuer:8081", "/chain.pem"),
            )
        )
        yield ca_file
    finally:
        for name in started:
            run_docker("rm", "--force", name)
        run_docker("network", "rm", NETWORK)


def run_client(ca_file: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a container that trusts the CA and has google-auth beside the proxy."""
    packages = [f"-v={find_package(name)}:/client/{name}:ro" for name in GOOGLE_AUTH]
    variables = {
        "PYTHONPATH": "/client",
        "REQUESTS_CA_BUNDLE": "/ca.crt",
        "SSL_CERT_FILE": "/ca.crt",
        **environ,
    }
    return subprocess.run(
        [
            *("docker", "run", "--rm", "--network", NETWORK, "--read-only", "--cap-drop=ALL"),
            *(f"--env={name}={value}" for name, value in variables.items()),
            *(f"-v={ca_file}:/ca.crt:ro", *packages, f"--entrypoint={command[0]}"),
            *("reference-proxy", *command[1:]),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


MINT: Final = """
import sys, urllib.request as r
headers = {"Content-Type": "application/json", "Accept": "text/plain"}
request = r.Request("http://token-issuer:8081/token", sys.argv[1].encode(), headers)
print(r.urlopen(request).read().decode())
"""


def mint(ca_file: Path, **fields: str) -> str:
    command = ("python3", "-c", MINT, json.dumps({"aud": AUDIENCE, **fields}))
    assert wait_until(lambda: run_client(ca_file, *command).returncode == 0)
    return run_client(ca_file, *command).stdout.strip()


def test_google_auth_verifies_with_its_default_url(ca_file: Path) -> None:
    token = mint(ca_file, sub="alice")

    accepted = run_client(ca_file, "python3", "-c", VERIFY, token)
    expired = run_client(ca_file, "python3", "-c", VERIFY, mint(ca_file, exp="-1m"))
    header, payload, signature = token.split(".")
    tampered = run_client(ca_file, "python3", "-c", VERIFY, f"{header}.{payload[:-2]}.{signature}")

    assert accepted.returncode == 0, accepted.stderr
    claims = json.loads(accepted.stdout)
    assert (claims["sub"], claims["iss"]) == ("alice", "https://accounts.google.com")
    assert "Token expired" in expired.stderr
    assert tampered.returncode == 1


def test_client_without_the_private_ca_rejects_the_issuer(ca_file: Path) -> None:
    refused = run_client(
        ca_file, "python3", "-c", VERIFY, mint(ca_file), REQUESTS_CA_BUNDLE="", SSL_CERT_FILE=""
    )

    assert refused.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr


@pytest.mark.requirement("PG-3")
@pytest.mark.parametrize("path", ["/oauth2/v3/certs", "/oauth2/v1/certs"])
def test_guard_detects_the_issuer_at_the_host_name_of_google(ca_file: Path, path: str) -> None:
    mint(ca_file)  # waits until the issuer responds

    refused = run_client(
        *(ca_file, "proxy-guard", "check", "--json"),
        NODE_ENV="production",
        JWT_JWKS_URI=f"https://{HOST}{path}",
        JWT_ISSUER="https://accounts.google.com",
    )

    report = json.loads(refused.stdout)
    assert refused.returncode == 1
    assert report["probe"]["status"] == "found", report
    codes = {finding["code"] for finding in report["findings"]}
    assert "dev_header" in codes
    if path == "/oauth2/v3/certs":
        assert {"dev_jwks", "dev_key"} <= codes
