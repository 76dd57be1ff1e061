"""Trust in the simulator: its authority in files and texts, its front as a proxy, its key files."""

import base64
import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)
from proxy_guard import check, dev_marks
from proxy_guard.dev_marks import AUTHORITY_COMMON_NAME, CERTIFICATE_COMMON_NAME
from proxy_guard.files import MAX_FILE_BYTES, MAX_FILES, read_file

from tests.authority import Authority, to_der, to_jks, to_pem, to_pkcs12

pytestmark = pytest.mark.requirement("PG-1")

AUTHORITY: Final = Authority()
CORPORATE: Final = Authority("Example Corp Root CA - not DEV ONLY token issuer CA")
LEAF: Final = AUTHORITY.issue("www.googleapis.com")[0]
ROOTS: Final = Path(certifi.where()).read_bytes()

Store = Callable[[x509.Certificate], bytes]
STORES: Final[dict[str, Store]] = {
    "pem": lambda certificate: to_pem(certificate).encode(),
    "pem with carriage returns": lambda certificate: (
        to_pem(certificate).replace("\n", "\r\n").encode()
    ),
    "pem on one line": lambda certificate: to_pem(certificate).replace("\n", " ").encode(),
    "pem without line breaks": lambda certificate: to_pem(certificate).replace("\n", "").encode(),
    "pem in narrow lines": lambda certificate: "\n".join(
        textwrap.wrap(base64.b64encode(to_der(certificate)).decode(), 7)
    ).encode(),
    "pem behind comments": lambda certificate: b"# Z\xc3\xbcrich\n" + to_pem(certificate).encode(),
    "pem in json": lambda certificate: json.dumps({"ca": to_pem(certificate)}).encode(),
    "pem at the start of the roots": lambda certificate: to_pem(certificate).encode() + ROOTS,
    "pem at the end of the roots": lambda certificate: ROOTS + to_pem(certificate).encode(),
    "der": to_der,
    "jks": to_jks,
    "pkcs12": to_pkcs12,
}
INLINE: Final[dict[str, Callable[[str], str]]] = {
    "pem": str,
    "quoted": lambda pem: f'"{pem}"',
    "escaped": lambda pem: pem.replace("\n", "\\n"),
    "escaped twice": lambda pem: pem.replace("\n", "\\\\n"),
    "blanks": lambda pem: pem.replace("\n", " "),
    "indented": lambda pem: pem.replace("\n", "\n    "),
    "base64": lambda pem: base64.b64encode(pem.encode()).decode(),
    "base64 in lines": lambda pem: base64.encodebytes(pem.encode()).decode(),
    "base64 twice": lambda pem: base64.b64encode(base64.b64encode(pem.encode())).decode(),
    "percent": quote,
    "json": lambda pem: json.dumps({"tls": {"ca": pem}}),
    "json in base64": lambda pem: base64.b64encode(json.dumps({"ca": pem}).encode()).decode(),
    "der in base64": lambda pem: "".join(pem.splitlines()[1:-1]),
    "der in base64 behind a word": lambda pem: "ca:" + "".join(pem.splitlines()[1:-1]),
}


def find(environ: dict[str, str]) -> list[tuple[str, str]]:
    report = check(environ, probe=False)
    assert report.allowed == (not report.findings)
    return [(finding.variable, finding.code) for finding in report.findings]


@pytest.fixture
def authority_file(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_text(to_pem(AUTHORITY.certificate), encoding="ascii")
    return str(path)


@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("certificate", [AUTHORITY.certificate, LEAF], ids=["authority", "leaf"])
def test_certificate_of_the_simulator_in_a_trust_store_is_found(
    tmp_path: Path, name: str, certificate: x509.Certificate
) -> None:
    path = tmp_path / "store"
    path.write_bytes(STORES[name](certificate))

    (finding,) = check({"SSL_CERT_FILE": str(path)}, probe=False).findings

    assert finding.code == "dev_authority"
    assert finding.what == (
        "SSL_CERT_FILE trusts the certificate authority of the dev-only token-issuer: "
        f"a certificate in it names '{CERTIFICATE_COMMON_NAME}'"
    )
    assert str(path) not in finding.what + finding.remedy


@pytest.mark.parametrize("name", STORES)
def test_other_authority_is_not_a_finding(tmp_path: Path, name: str) -> None:
    path = tmp_path / "store"
    path.write_bytes(STORES[name](CORPORATE.certificate))

    assert find({"SSL_CERT_FILE": str(path)}) == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0",
        ROOTS,
        f"# Never trust {AUTHORITY_COMMON_NAME}!\n".encode() + ROOTS,
        f"# {CERTIFICATE_COMMON_NAME} and {dev_marks.WATERMARK_TEXT[:-1]}\n".encode(),
        "Zürich: DEV ONLY token issuer CA".encode(),
        AUTHORITY_COMMON_NAME.encode("utf-16"),
    ],
    ids=range(7),
)
def test_roots_and_prose_that_mention_the_authority_are_not_findings(
    tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(text)

    assert find({"SSL_CERT_FILE": str(path), "SSL_CERT_DIR": str(tmp_path)}) == []


@pytest.mark.parametrize(
    "variable",
    [
        *("SSL_CERT_FILE", "NIX_SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "PIP_CERT"),
        *("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "DENO_CERT", "CARGO_HTTP_CAINFO", "PGSSLROOTCERT"),
        *("npm_config_cafile", "HTTPLIB2_CA_CERTS", "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE"),
        *("WEBSOCKET_CLIENT_CA_BUNDLE", "BUNDLE_SSL_CA_CERT", "HEX_CACERTS_PATH", "SSL_CERT_DIR"),
    ],
)
def test_variable_with_a_trust_store_is_read(authority_file: str, variable: str) -> None:
    assert find({variable: authority_file}) == [(variable, "dev_authority")]


def test_directories_are_searched_and_each_file_is_read_once(
    tmp_path: Path, authority_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def record(path: str) -> bytes | None:
        read.append(path)
        return read_file(path)

    monkeypatch.setattr("proxy_guard.files.read_file", record)
    (tmp_path / "empty").mkdir()
    (tmp_path / "5ed36f99.0").symlink_to(authority_file)
    (tmp_path / "dangling").symlink_to("/nowhere")
    directories = os.pathsep.join(("/nowhere", str(tmp_path / "empty"), str(tmp_path)))

    found = find({"SSL_CERT_DIR": directories, "SSL_CERT_FILE": authority_file})

    assert found == [("SSL_CERT_DIR", "dev_authority"), ("SSL_CERT_FILE", "dev_authority")]
    assert len(read) == 1


@pytest.mark.parametrize(
    "options",
    [
        "-Djavax.net.ssl.trustStore={}",
        "-Xmx1g -Djavax.net.ssl.trustStore={} -Djavax.net.ssl.trustStorePassword=changeit",
        '-Djavax.net.ssl.trustStore="{}"',
        "'-Djavax.net.ssl.trustStore={}' -Xmx1g",
        "-Djavax.net.ssl.trustStore=/nowhere\n\t-Djavax.net.ssl.trustStore={}\n",
    ],
)
@pytest.mark.parametrize("variable", ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS"])
def test_trust_store_of_java_is_read(tmp_path: Path, variable: str, options: str) -> None:
    folder = tmp_path / ("a b" if '"' in options or "'" in options else "ab")
    folder.mkdir()
    path = folder / "trust.jks"
    path.write_bytes(to_jks(AUTHORITY.certificate))

    assert find({variable: options.format(path)}) == [(variable, "dev_authority")]


@pytest.mark.parametrize(
    "value", ["/run/token-issuer-google-1x/ca.p12", "/srv/token_issuer/ca.pem", "issuer.local.pem"]
)
def test_path_that_names_the_simulator_is_found_though_the_file_is_elsewhere(value: str) -> None:
    expected = [("dev_authority")] if "token" in value else []

    assert [code for _, code in find({"SSL_CERT_FILE": value})] == expected
    options = {"JAVA_TOOL_OPTIONS": f"-Djavax.net.ssl.trustStore={value}"}
    assert [code for _, code in find(options)] == expected


def test_encrypted_trust_store_shows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "trust.p12"
    entries = [PKCS12Certificate(AUTHORITY.certificate, b"root")]
    path.write_bytes(serialize_java_truststore(entries, BestAvailableEncryption(b"changeit")))

    assert find({"SSL_CERT_FILE": str(path)}) == []


def test_key_with_the_watermark_in_a_trust_store_is_found(
    tmp_path: Path, dev_key: rsa.RSAPublicKey, encode: Callable[..., dict[str, object]]
) -> None:
    encodings = encode(dev_key)
    for name in ("certificate", "certificate in der"):
        content = encodings[name]
        path = tmp_path / "ca.pem"
        path.write_bytes(content if isinstance(content, bytes) else str(content).encode())

        assert find({"SSL_CERT_FILE": str(path)}) == [("SSL_CERT_FILE", "dev_key")]


@pytest.mark.parametrize("wrapping", INLINE)
@pytest.mark.parametrize("variable", ["DATABASE_CA", "CA_CERT", "X"])
def test_certificate_in_the_value_of_any_variable_is_found(variable: str, wrapping: str) -> None:
    wrap = INLINE[wrapping]
    chain = to_pem(LEAF) + to_pem(AUTHORITY.certificate)

    assert find({variable: wrap(to_pem(AUTHORITY.certificate))}) == [(variable, "dev_authority")]
    assert find({variable: wrap(to_pem(CORPORATE.certificate))}) == []
    if not wrapping.startswith("der"):
        assert find({variable: wrap(chain)}) == [(variable, "dev_authority")]


def test_static_key_with_the_certificate_has_one_finding() -> None:
    environ = {"JWT_PUBLIC_KEY": to_pem(AUTHORITY.certificate)}

    assert find(environ) == [("JWT_PUBLIC_KEY", "dev_certificate")]


@pytest.mark.parametrize(
    "value",
    ["", " ", "/nowhere/ca.pem", "/nowhere\0", "\udcff", "x" * 5000, "/dev/null", ":", "true", "1"],
)
def test_value_that_names_no_file_is_not_a_finding(value: str) -> None:
    assert find({"SSL_CERT_FILE": value, "GOOGLE_APPLICATION_CREDENTIALS": value}) == []


def test_file_that_may_not_be_read_gives_nothing_to_trust(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(to_pem(AUTHORITY.certificate))
    path.chmod(0)
    expected = [] if os.geteuid() else [("PIP_CERT", "dev_authority")]

    assert find({"PIP_CERT": str(path)}) == expected


def test_file_beyond_a_limit_is_refused(tmp_path: Path) -> None:
    large, pipe, many = tmp_path / "large", tmp_path / "pipe", tmp_path / "many"
    with large.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    os.mkfifo(pipe)
    many.mkdir()
    for number in range(MAX_FILES + 1):
        os.mknod(many / str(number))

    for path, reason in (
        (large, "its file is larger than 8 MiB"),
        (pipe, "it is not a regular file"),
        (many, f"its directory has more than {MAX_FILES} entries"),
    ):
        (finding,) = check({"SSL_CERT_FILE": str(path)}, probe=False).findings
        assert finding.code == "unjudged_file"
        assert finding.what == f"SSL_CERT_FILE cannot be checked: {reason}"
    assert find({"SSL_CERT_DIR": str(tmp_path)}) == [("SSL_CERT_DIR", "unjudged_file")]


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY", "npm_https_proxy"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("http://token-issuer-google:3128", "token_issuer_host"),
        ("http://user:password@token_issuer:8080/", "token_issuer_host"),
        ("token-issuer", "token_issuer_host"),
        ("token-issuer:3128", "token_issuer_host"),
        ("http://t%6Fken-issuer:3128", "token_issuer_host"),
        ("socks5h://issuer.local:1080", "issuer_local"),
    ],
)
def test_proxy_that_is_the_simulator_is_found(variable: str, value: str, code: str) -> None:
    assert find({variable: value}) == [(variable, code)]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTPS_PROXY", "http://proxy.corp.example:3128"),
        ("HTTPS_PROXY", "http://localhost:8081"),
        ("HTTPS_PROXY", "http://tokens.issuer.example:8081"),
        ("NO_PROXY", "localhost,token-issuer"),
        ("JAVA_TOOL_OPTIONS", "-Dhttps.proxyHost=proxy.corp.example -Dhttp.nonProxyHosts=a|b"),
        ("GCE_METADATA_HOST", "metadata.google.internal"),
        ("GCE_METADATA_IP", "169.254.169.254"),
        ("GCE_METADATA_HOST", "127.0.0.1:988"),
        ("GCE_METADATA_ROOT", ""),
        ("FIREBASE_AUTH_EMULATOR_HOST", " "),
    ],
)
def test_other_proxy_and_metadata_server_are_not_findings(variable: str, value: str) -> None:
    assert find({variable: value}) == []


@pytest.mark.parametrize("option", ["https.proxyHost", "http.proxyHost", "socksProxyHost"])
def test_proxy_of_java_that_is_the_simulator_is_found(option: str) -> None:
    options = f'-Xmx1g -D{option}="token-issuer-google" -Dhttps.proxyPort=3128'

    assert find({"JAVA_OPTS": options}) == [("JAVA_OPTS", "token_issuer_host")]


@pytest.mark.parametrize("variable", ["GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"])
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("token-issuer:8081", "token_issuer_host"),
        ("token-issuer", "token_issuer_host"),
        ("127.0.0.1:8081", "local_dev_port"),
        ("host.docker.internal:8081", "local_dev_port"),
        ("http://[::1]:8081/x", "local_dev_port"),
    ],
)
def test_metadata_server_that_is_the_simulator_is_found(
    variable: str, value: str, code: str
) -> None:
    assert find({variable: value}) == [(variable, code)]


def test_emulator_that_switches_verification_off_is_refused() -> None:
    report = check({"FIREBASE_AUTH_EMULATOR_HOST": "auth:9099"}, probe=False)

    assert not report.allowed
    assert [finding.code for finding in report.findings] == ["unverified_tokens"]
    assert check({"FIREBASE_AUTH_EMULATOR_HOST": "a", "APP_ENV": "test"}, probe=False).allowed


def make_key_file(**members: object) -> dict[str, object]:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "type": "service_account",
        "project_id": "token-issuer",
        "private_key_id": "1f2e",
        "private_key": pem,
        "client_email": "token-issuer@example.iam.gserviceaccount.com",
        "client_id": "1234567890",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "universe_domain": "googleapis.com",
    } | members


EXTERNAL: Final = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"url": "http://169.254.169.254/x", "format": {"type": "text"}},
}
GIVE: Final[dict[str, Callable[[str, Path], str]]] = {
    "in the variable": lambda text, _: text,
    "in base64": lambda text, _: base64.b64encode(text.encode()).decode(),
    "in lines of base64": lambda text, _: base64.encodebytes(text.encode()).decode(),
    "in a file": lambda text, folder: write(folder / "key.json", text),
    "in a file with a mark": lambda text, folder: write(folder / "key.json", text, "utf-8-sig"),
}


def write(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_text(text, encoding=encoding)
    return str(path)


@pytest.mark.parametrize("give", GIVE)
@pytest.mark.parametrize(
    ("document", "member"),
    [
        (make_key_file(token_uri="http://token-issuer:8081/token"), "token_uri"),
        (make_key_file(token_uri="http://localhost:8081/token"), "token_uri"),
        (make_key_file(client_x509_cert_url="https://issuer.local/robot/v1/x"), "client_x509"),
        (EXTERNAL | {"token_url": "https://token-issuer/v1/token"}, "token_url"),
        (EXTERNAL | {"credential_source": {"url": "http://token-issuer/token"}}, "url"),
        (
            EXTERNAL
            | {"credential_source": {"executable": {"command": "token-issuer make-token"}}},
            "command",
        ),
        ({"a": [EXTERNAL | {"token_url": "//127.0.0.1:8081"}]}, "token_url"),
    ],
    ids=range(7),
)
def test_key_file_that_leads_to_the_simulator_is_found(
    tmp_path: Path, give: str, document: object, member: str
) -> None:
    value = GIVE[give](json.dumps(document), tmp_path)

    (finding,) = check({"GOOGLE_APPLICATION_CREDENTIALS": value}, probe=False).findings

    assert finding.code == "dev_reference"
    assert f"its member {member}" in finding.what


@pytest.mark.parametrize("give", GIVE)
@pytest.mark.parametrize(
    "variable",
    [
        *("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CREDENTIALS", "GOOGLE_CREDENTIALS_JSON"),
        *("CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", "GCP_SA_KEY", "FIREBASE_SERVICE_ACCOUNT"),
        *("GOOGLE_SERVICE_ACCOUNT_KEY", "GCLOUD_SERVICE_KEY", "GOOGLE_GHA_CREDS_PATH"),
    ],
)
def test_key_file_with_the_watermark_is_found(
    tmp_path: Path, dev_key: rsa.RSAPublicKey, give: str, variable: str
) -> None:
    # The private half of this key is unknown: the public half is in the same encoding.
    pem = dev_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    text = json.dumps(make_key_file(private_key=pem), indent=2)

    assert find({variable: GIVE[give](text, tmp_path)}) == [(variable, "dev_key")]


@pytest.mark.parametrize("give", GIVE)
@pytest.mark.parametrize(
    "document", [make_key_file(), EXTERNAL, {"type": "authorized_user"}, [], 1]
)
def test_key_file_of_google_is_not_a_finding(tmp_path: Path, give: str, document: object) -> None:
    value = GIVE[give](json.dumps(document), tmp_path)

    assert find({"GOOGLE_APPLICATION_CREDENTIALS": value}) == []


def test_login_in_a_key_file_is_found(tmp_path: Path) -> None:
    token = dev_marks.REFRESH_TOKEN_MARK + "A" * 64
    path = write(tmp_path / "adc.json", json.dumps({"refresh_token": token}))

    assert find({"GOOGLE_APPLICATION_CREDENTIALS": path}) == [
        ("GOOGLE_APPLICATION_CREDENTIALS", "dev_credential")
    ]


def test_key_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(b" " * (1 << 20) + b"{")

    (finding,) = check({"GOOGLE_APPLICATION_CREDENTIALS": str(path)}, probe=False).findings

    assert finding.code == "unjudged_file"


@pytest.mark.parametrize("text", ["[" * 100_000, "{", '{"a":', "\0", "NaN", '{"a": 1e999}'])
def test_key_file_that_is_not_json_raises_no_error(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "key.json", text)

    assert find({"GOOGLE_APPLICATION_CREDENTIALS": path}) in (
        [],
        [("GOOGLE_APPLICATION_CREDENTIALS", "unjudged_keys")],
    )
