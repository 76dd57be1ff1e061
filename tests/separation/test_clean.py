"""The scan raises no false alarms."""

import gzip
import json
import py_compile
import secrets
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Final

import brotli
import certifi
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.authority import Authority, to_der, to_jks, to_pem
from tests.machine import find_command, run
from tests.once import make_once
from tests.separation.artefacts import (
    ROOT,
    SIMULATOR,
    FileData,
    make_saved_image,
    make_tar,
    make_wheel,
    make_zip,
    scan,
    write,
)
from tests.separation.plants.embedded import PROGRAM
from tests.separation.programs import make_pyinstaller, make_squashfs

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.requirement("SEP-3")

LARGE_WHEELS: Final = [
    "botocore==1.44.5",
    "cryptography==50.0.2",
    "django==5.2.19",
    "grpcio==1.85.1",
    "kubernetes==37.0.2",
    "litellm==1.109.1",
    "numpy==2.4.6",
    "pandas==3.1.1",
    "scipy==1.17.1",
    "sqlalchemy==2.1.9",
]
CORPORATE: Final = Authority("Example Corp DEV ONLY token issuer CA").certificate
INNOCENT: Final[dict[str, FileData]] = {
    # Authorities of others, and prose about the simulator's.
    "etc/ssl/certs/ca-certificates.crt": Path(certifi.where()).read_bytes(),
    "etc/ssl/corporate.pem": to_pem(CORPORATE),
    "etc/ssl/corporate.der": to_der(CORPORATE),
    "etc/ssl/java/cacerts": to_jks(CORPORATE),
    "etc/ssl/README.md": "The authority DEV ONLY token issuer CA is not trusted here.\n",
    "etc/google.json": json.dumps({
        "type": "external_account",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"url": "http://169.254.169.254/x"},
    }),
    "etc/proxy.env": "HTTPS_PROXY=http://localhost:8081\nGCE_METADATA_HOST=127.0.0.1:988\n",
    # Names that any project may use.
    "app/claims.py": 'token_issuer = claims["iss"]\nok = token.issuer == token_issuer.lower()\n',
    # URIs of the standards of OAuth, in any client of it.
    "app/oauth.py": """import httpx
# https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml
# https://www.rfc-editor.org/rfc/rfc6749.html https://www.rfc-editor.org/rfc/rfc8628.html
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE = "urn:ietf:params:oauth:token-type:access_token"
""",
    "app/models.py": "class TokenIssuer:\n    token_issuer: str\n",
    "app/aws.json": '{"url": "https://docs.aws.amazon.com/using-apps-with-trusted-token-issuer.html"}',
    "app/config.yaml": "token_issuer: https://accounts.google.com\ntoken-issuers: [a, b]\n",
    "deploy/prod.yaml": "- name: JWT_ISSUER\n  value: https://tokens.issuer.example.com\n"
    "- name: METRICS_URL\n  value: http://localhost:8081/metrics\n",
    ".env": "JWT_JWKS_URI=https://www.googleapis.com/oauth2/v3/certs\nADMIN=http://127.0.0.1:8081\n",
    # An issuer that is a word with the simulator's name in it, as Harbor has.
    "harbor/.env": 'JWT_ISSUER="harbor-token-issuer"\nexport JWT_ISSUER=harbor_token_issuer\n',
    "harbor/claims.json": '{"iss":"harbor-token-issuer","issuer": "harbor-token-issuer"}',
    "harbor/Dockerfile": "FROM acme/core\nENV JWT_ISSUER=harbor-token-issuer A=1\n"
    "ENV REGISTRY_AUTH_TOKEN_ISSUER='harbor-token-issuer'\n",
    "harbor/environment.yaml": "auth:\n  token:\n    issuer: harbor-token-issuer\n",
    "harbor/compose.yaml": "services:\n  core:\n    environment:\n"
    "      JWT_ISSUER: harbor-token-issuer\n",
    "requirements.txt": "# dev-only: pytest\nmy-token-issuers==1.0\n",
    "setup.sh": "# Dev-only tools are not installed here.\n",
    "src/dev/only.py": "x = 1\n",
    "install.sh": "pip install my-token_issuer token_issuers && echo token_issuer\n",
    "deploy/args.yaml": "args: [--admin-url, 'http://localhost:8081']\n"
    "labels: {app: my-token-issuer}\n",
    "app/beans.xml": '<entry key="issuer">https://accounts.google.com</entry>',
    "app/token-issuers.txt": "x",
    "app/page.py": 'import orders\n\nPAGE = """\\\n<!doctype html>\n<html lang="en">\n<head>\n'
    '<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="referrer" content="no-referrer">\n<title>Orders</title>\n'
    "<style>body { -webkit-print-color-adjust: exact; print-color-adjust: exact; }</style>\n"
    '"""\n',
    # A variable named like the module, with attributes named like its packages.
    "app/keys.py": "for key in token_issuer.keys():\n    print(key, token_issuer.items())\n",
    "app/iterate.py": "def list_keys():\n    yield from token_issuer.keys()\n",
    "app/read.py": "url = token_issuer.config.url\npaths = [*token_issuer.paths]\n",
    "app/errors.py": "token_issuer.errors.append(error)\ntoken_issuer.faults += 1\n",
    "app/nested.py": 'view = token_issuer.keys.view()\nsub = token_issuer.tokens.claims["sub"]\n',
    "app/assign.py": "token_issuer.server.workers = 4\ntoken_issuer.timing.clock = None\n",
    "app/flags.py": "if token_issuer.testing and not token_issuer.probe.enabled:\n    pass\n",
    "app/log.py": 'token_issuer.request_log.info("%s", token_issuer.severity)\n',
    "app/cause.py": "raise LoginError from token_issuer.errors[0]\n",
    "app/orders.sql": "SELECT name FROM token_issuer WHERE token_issuer.keys > 1;\n",
    "web/keys.js": "for (const key of token_issuer.keys()) use(key, token_issuer?.tokens);\n",
    "web/import.js": 'import token_issuer from "./provider.js";\n'
    "export const { port } = token_issuer.server;\n",
    "web/app.min.js": "const a={token_issuer:b,keys:c},d=e?token_issuer.config:token_issuer.web;\n",
    "web/settings.ts": "const origins: string[] = token_issuer.web.origins ?? [];\n",
    "app/models/login.rb": "token_issuer.keys.each { |key| puts key }\n"
    "token_issuer.errors.full_messages.to_sentence\n",
    "app/views/login.rb": 'flash[:alert] = t("token_issuer.errors.expired")\n',
    "deploy/values.yaml": "token_issuer.server.port: 8080\ntoken_issuer.config.url: https://a.example\n",
    "deploy/app.properties": "token_issuer.keys.rotation=30d\ntoken_issuer.cli.output = json\n",
    "deploy/flow.yml": "if: ${{ token_issuer.testing == true }}\nurl: ${token_issuer.config.url}\n",
    "templates/login.html.j2": "{% for key in token_issuer.keys() %}{{ key }}{% endfor %}\n"
    "{{ token_issuer.config.url }} {{ token_issuer.tokens.count }}\n",
    "templates/proxy.conf.j2": "proxy_pass http://127.0.0.1:{{ token_issuer.server.port }};\n",
    # Settings that point to something else.
    "issuer.env": "TOKEN_ISSUER=https://accounts.google.com\n",
    "issuer-url.env": "TOKEN_ISSUER_URL=https://login.example.com\nAUTH_TOKEN_ISSUER_URL=https://a.example\n",
    "prose.txt": "Set TOKEN_ISSUER_PORT if you like.\n",
    "k8s/probes.yaml": "ports: [{containerPort: 8081, name: metrics}]\n"
    "livenessProbe:\n  httpGet: {host: 127.0.0.1, port: 8081}\n",
    "k8s/manager.yaml": "args:\n- --issuer=https://accounts.google.com\n"
    "- --health-probe-bind-address=127.0.0.1:8081\n",
    "k8s/secret.yaml": "kind: Secret\ndata:\n  ADMIN_URL: aHR0cDovL2xvY2FsaG9zdDo4MDgx\n"
    "  JWT_ISSUER: aHR0cHM6Ly9hY2NvdW50cy5nb29nbGUuY29t\n",
    "k8s/issuer.yaml": "kind: Certificate\nspec:\n  issuerRef: {name: letsencrypt}\n",
    "boot/application.yml": "server:\n  port: 8081\nmanagement:\n  server:\n"
    "    port: 8081\n    address: 127.0.0.1\n",
    "boot/application.properties": "server.port=8081\nmanagement.server.port=8081\n",
    "nexus.env": "NEXUS_URL=http://localhost:8081\nSCHEMA_REGISTRY_URL=http://localhost:8081\n",
    "compose.yaml": "services:\n  mongo-express:\n    ports: ['8081:8081']\n    environment:\n"
    "      ME_CONFIG_SITE_BASEURL: http://localhost:8081/\n  schema-registry:\n"
    "    environment:\n      SCHEMA_REGISTRY_LISTENERS: http://0.0.0.0:8081\n",
    "oauth2-proxy.cfg": 'upstreams = ["http://127.0.0.1:8081/"]\n'
    'oidc_issuer_url = "https://accounts.google.com"\n',
    "oauth2-proxy.yaml": "oauth2-proxy:\n  upstream: http://127.0.0.1:8081\n"
    "  metrics:\n    url: http://localhost:8081/metrics\n",
    "sso.yaml": "sso:\n  healthcheck:\n    url: http://localhost:8081/healthz\n",
    "sections.ini": "[oauth]\nissuer = https://a.example\n[nexus]\nurl = http://localhost:8081\n",
    "schema.json": '{"encoding": {"type": "string"}, "kind": ["Secret"], "issuer": {"name": {}}}',
    "nexus.json": '{"oauth": {"url": "https://a.example"}, "nexus": {"url": "http://localhost:8081"}}',
    "nginx.conf": "location /auth/ {\n  proxy_pass http://127.0.0.1:8081/;\n}\n",
    "openapi.yaml": "openapi: 3.1.0\nservers:\n- url: http://localhost:8081\n",
    "x.dist-info/METADATA": "Example: JWT_JWKS_URI=http://localhost:8081\n",
    # What resembles the marks of logins.
    "app/session.js": 'const cookie = "dev-only-session";\nset("dev-only-refresh.");\n',
    "app/tokens.md": "A code begins with `dev-only-code.`, a token with `ya29.dev-only.…`.\n",
    "app/redact.py": 'PATTERN = r"dev-only-(?:code|refresh|session)\\.[A-Za-z0-9_-]+"\n',
    "app/flags.html": '<meta name="dev-only-banner" content="1"><p name="dev-only">dev-only</p>',
    "app/google.env": "GOOGLE_REFRESH_TOKEN=1//0" + "A" * 90 + "\nACCESS=ya29.a0" + "A" * 90,
    "app/hosts.txt": "https://dev-only-refresh.example.com/a/path/that/is/as/long/as/a/token\n",
    "app/login.env": "LOGIN_URL=http://localhost:8081/login\nLOGOUT_URL=http://localhost:8081/logout\n"
    "USER_URL=http://localhost:8081/users\nTOKEN_SERVICE=http://localhost:8081\n",
    # Code that imports other modules by name, and a name of a variable.
    "app/load.py": 'import importlib\nimportlib.import_module("x")\n'
    'issuer = claims["token_issuer"]\n',
    # Numbers.
    "data/bytes.json": json.dumps(list(secrets.token_bytes(20_000))),
    "data/dump.txt": secrets.token_bytes(20_000).hex(" ", 2),
    "data/escapes.txt": "".join(f"\\x{byte:02x}" for byte in secrets.token_bytes(20_000)),
    "data/words.txt": ", ".join(str(secrets.randbits(16)) for _ in range(20_000)),
    # Data that resembles an archive or encoded bytes.
    "app/text.txt": "BZh is how a bzip2 archive begins; 7z too.\nPK\x05\x06 ends a zip.\n",
    "app/about_zip.pyc": b"\xa7\x0d\r\n" + bytes(12) + b"s\x04\0\0\0PK\x05\x06" + bytes(40),
    "app/lzma.txt": b"]\0\0 is how an lzma file begins\n",
    "app/empty.zip": b"PK\x05\x06" + bytes(18),
    "app/noise.bin": secrets.token_bytes(1 << 20),
    "app/noise.b64": secrets.token_hex(40_000) + "\n" + secrets.token_urlsafe(60_000),
    "app/zeros.bin": bytes(9 << 20),
    # Damaged archives, as in the tests of many projects: all of their bytes can be read.
    "testdata/cut.tar": make_tar({"a": "x", "b": "y" * 9000})[:3000],
    "testdata/cut.tar.gz": gzip.compress(make_tar({"a": "x", "b": "y" * 9000}))[:-30],
    "testdata/header.tar": make_tar({"a": "x"})[:1024] + b"\xff" * 512 + make_tar({"b": "x"}),
    "testdata/large.tar": tarfile.TarInfo("a").tobuf()[:124] + b"0" * 388,
    "testdata/trailing.gz": gzip.compress(b"x") + b"junk",
    "testdata/crc.gz": gzip.compress(b"x")[:-8] + bytes(8),
    "testdata/cut.zip": make_zip({"a": "x" * 999, "b": "y"})[:-40],
    "testdata/base.zip": make_zip({"a": "x"}).replace(b"PK\1\2", b"PK\1\3"),
    "testdata/comment.zip": make_zip({"a": "x"}, comment=b"a comment")[:-4],
    "testdata/cut.a": b"!<arch>\na.o/            0           0     0     644     99        `\nxx",
    "testdata/zeros.gz": gzip.compress(bytes(130 << 20), 9),
    # Files with constants of archives.
    "bin/unpack": PROGRAM
    + b"PK\3\4\x1f\x8b\x08\0\xfd7zXZ\0hsqs7z\xbc\xaf\x27\x1cRar!\x1a\7\0ustar\xff" * 9,
    "bin/embedded": PROGRAM + gzip.compress(b"x" * 999)[:-40] + b"\xff" * 99,
    "web/photo.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + secrets.token_bytes(30_000) + b"\xff\xd9",
    # Programs with an archive, and formats that are opened.
    "bin/tool.AppImage": PROGRAM + make_squashfs({"a.py": b"x = 1\n" * 99}) + bytes(100),
    "bin/app": PROGRAM + make_pyinstaller({"shop.orders": b"\xe3" + bytes(99)}),
    "bin/install.run": b"#!/bin/sh\nexit\n" + gzip.compress(make_tar({"a": "x"})),
    "layers/pzstd": struct.pack("<III", 0x184D2A50, 4, 9) + zstd.compress(make_tar({"a": "x"})),
    "web/app.js.br": brotli.compress(b"const a = 1;\n" * 99),
    "git/object": zlib.compress(b"blob 1\0x"),
    "docs/a.pdf": b"%PDF-1.4\n%\xe2\nstream\n" + zlib.compress(b"BT ET" * 99) + b"\nendstream\n",
}


@pytest.mark.parametrize("path", INNOCENT)
def test_harmless_file_has_no_findings(path: str, tmp_path: Path) -> None:
    write(tmp_path, {path: INNOCENT[path]})

    scanned = scan(tmp_path)

    assert (scanned.exit_code, scanned.findings) == (0, [])


def test_attribute_with_a_one_level_name_is_not_a_finding(tmp_path: Path) -> None:
    names = {path.stem for path in SIMULATOR.iterdir()} - {"pytest_plugin"}
    names = {name for name in names if not name.startswith("__")}
    assert names >= {"keys", "config", "tokens", "web", "errors", "testing"}
    write(tmp_path, {f"{name}.py": f"value = token_issuer.{name}\n" for name in names})

    assert scan(tmp_path).findings == []


def test_harmless_files_have_no_findings_in_any_archive(tmp_path: Path) -> None:
    image = make_saved_image(make_tar(INNOCENT), environment=["ADMIN_URL=http://localhost:8081"])
    wheel = make_wheel(INNOCENT)
    write(tmp_path, {"a.zip": make_zip(INNOCENT), "a-1.0-any.whl": wheel, "image.tar": image})

    scanned = scan(tmp_path)

    assert (scanned.exit_code, scanned.findings) == (0, [])


def test_keys_of_other_issuers_have_no_findings(tmp_path: Path) -> None:
    for index in range(20):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write(tmp_path, {f"key-{index}.pem": pem})

    assert scan(tmp_path).findings == []


def build(folder: Path) -> None:
    subprocess.run(
        ["ci/uv", "build", "--quiet", "--all-packages", "--out-dir", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    shutil.copy(ROOT / "uv.lock", folder)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "dist", build)


def test_our_own_artefacts_are_clean(dist: Path) -> None:
    scanned = scan(dist)

    assert scanned.findings == []
    guard = {path.name for path in dist.glob("proxy_guard-*")}
    assert len(guard) == 2  # the wheel and the sdist
    assert {Path(entry["path"]).name for entry in scanned.report["artefacts"]} > guard


def test_guard_with_installed_bytecode_is_clean(dist: Path, tmp_path: Path) -> None:
    (path,) = dist.glob("proxy_guard-*.whl")
    with zipfile.ZipFile(path) as wheel:
        wheel.extractall(tmp_path)  # noqa: S202  # a zip, and ours
    for source in (tmp_path / "proxy_guard").glob("*.py"):
        cached = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        py_compile.compile(str(source), str(cached), doraise=True)

    assert scan(tmp_path).findings == []


@pytest.mark.slow  # needs Go
@pytest.mark.parametrize("folder", ["archive", "compress", "debug", "internal/zstd"])
def test_test_data_of_go_has_no_findings(folder: str) -> None:
    go = find_command("go", "install Go")
    testdata = Path(run(go, "env", "GOROOT").strip(), "src", folder)

    scanned = scan(testdata)

    assert scanned.findings == []
    assert scanned.report["artefacts"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_large_wheels_from_pypi_are_clean(tmp_path: Path) -> None:
    platforms = ["--platform=manylinux_2_28_x86_64", "--platform=manylinux2014_x86_64"]
    subprocess.run(
        ["ci/uv", "run", "--no-project", "--with", "pip", "python", "-m", "pip", "download",
         "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
         "--python-version=3.11", *platforms,
         "--dest", str(tmp_path), *LARGE_WHEELS],
        cwd=ROOT, check=True, timeout=300,
    )  # fmt: skip

    scanned = scan(tmp_path)

    assert scanned.findings == []
    assert len(scanned.report["artefacts"]) == len(LARGE_WHEELS)
    assert json.dumps(scanned.report["unreadable"]) == "{}"
