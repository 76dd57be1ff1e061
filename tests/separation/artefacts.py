"""Artefacts in the formats of packaging tools and container engines, and keys of the simulator."""

import base64
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from separation.cli import main

from tests.in_process import call_main

ROOT: Final = Path(__file__).resolve().parents[2]
SIMULATOR: Final = ROOT / "packages/dev-only/token-issuer/src/token_issuer"

FileData = str | bytes


@dataclass(frozen=True)
class Scanned:
    """The report of a scan."""

    exit_code: int
    report: dict[str, Any]
    errors: str

    @property
    def findings(self) -> list[tuple[str, str]]:
        return [(finding["check"], finding["path"]) for finding in self.report["findings"]]


def check_separation(
    *arguments: str | Path, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the scan in this process."""
    return call_main(main, *arguments, folder=folder)


def run_check_separation(
    *arguments: str | Path, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the scan as its command, in a process without the libraries of the tests."""
    python = getattr(sys, "_base_executable", sys.executable)
    command = [python, "-S", str(ROOT / "ci/check-separation"), *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def scan(*paths: Path) -> Scanned:
    outcome = check_separation("--json", *paths)
    assert outcome.stdout, outcome.stderr
    return Scanned(outcome.returncode, json.loads(outcome.stdout), outcome.stderr)


class DevKey:
    """A key pair of the real simulator, in every encoding."""

    def __init__(self, folder: Path) -> None:
        self.private_pem = (folder / "private.pem").read_text(encoding="ascii")
        self.public_pem = (folder / "public.pem").read_text(encoding="ascii")
        key = serialization.load_pem_private_key(self.private_pem.encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key
        self.modulus = key.public_key().public_numbers().n

    @property
    def spki(self) -> bytes:
        return self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def pkcs8(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def jwk(self) -> dict[str, str]:
        modulus = base64.urlsafe_b64encode(self.modulus.to_bytes(256, "big")).rstrip(b"=")
        return {"kty": "RSA", "kid": "prod-2026", "e": "AQAB", "n": modulus.decode()}

    def make_certificate(self, common_name: str = "api.example.com") -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        now = datetime.now(UTC)
        return (
            x509
            .CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=1))
            .sign(self._key, hashes.SHA256())
        )


def write(folder: Path, files: Mapping[str, FileData]) -> Path:
    """Write a directory tree."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def make_zip(
    files: Mapping[str, FileData], *, comment: bytes = b"", level: int | None = None
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return buffer.getvalue()


def make_wheel(
    files: Mapping[str, FileData], *, metadata: str = "", name: str = "service"
) -> bytes:
    """Make a wheel whose RECORD lists every file (PyPA, binary distribution format)."""
    folder = f"{name}-1.0.dist-info"
    members: dict[str, FileData] = {
        f"{name}/__init__.py": '"""A service."""\n',
        **files,
        f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}\n",
        f"{folder}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{member},,\n" for member in members)
    return make_zip({**members, f"{folder}/RECORD": record})


def make_tar(files: Mapping[str, FileData], *, links: Mapping[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return buffer.getvalue()


def make_saved_image(
    *layers: bytes,
    environment: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    tag: str = "shop/api:1.0",
) -> bytes:
    """Make an archive in the format of `docker save` (Docker image specification 1.2)."""
    configuration = json.dumps({
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/usr/bin", *environment], "Labels": dict(labels or {})},
        "rootfs": {
            "type": "layers",
            "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers],
        },
    })
    digest = hashlib.sha256(configuration.encode()).hexdigest()
    paths = [f"{hashlib.sha256(layer).hexdigest()}/layer.tar" for layer in layers]
    manifest = [{"Config": f"{digest}.json", "RepoTags": [tag], "Layers": paths}]
    files: dict[str, FileData] = dict(zip(paths, layers, strict=True))
    files[f"{digest}.json"] = configuration
    files["manifest.json"] = json.dumps(manifest)
    return make_tar(files)


def write_oci_layout(folder: Path, *layers: bytes) -> Path:
    """Write an OCI image layout with compressed layers (OCI image specification 1.1)."""
    files: dict[str, FileData] = {"oci-layout": json.dumps({"imageLayoutVersion": "1.0.0"})}
    descriptors = []
    for layer in layers:
        blob = gzip.compress(layer)
        digest = hashlib.sha256(blob).hexdigest()
        files[f"blobs/sha256/{digest}"] = blob
        media_type = "application/vnd.oci.image.layer.v1.tar+gzip"
        descriptors.append({"mediaType": media_type, "digest": f"sha256:{digest}"})
    manifest = json.dumps({"schemaVersion": 2, "layers": descriptors})
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    files[f"blobs/sha256/{digest}"] = manifest
    files["index.json"] = json.dumps({"manifests": [{"digest": f"sha256:{digest}"}]})
    return write(folder, files)
