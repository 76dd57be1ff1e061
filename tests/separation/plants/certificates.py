"""Planted violations: certificates of the simulator and of its authority, and its key files."""

import base64
import gzip
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Final

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from proxy_guard.dev_marks import AUTHORITY_COMMON_NAME

from tests.authority import Authority, to_der, to_jks, to_pem, to_pkcs12
from tests.separation.artefacts import DevKey, FileData, make_saved_image, make_tar, write
from tests.separation.plants.registry import compile_source, plant, plant_file

AUTHORITY: Final = Authority()
LEAF: Final = AUTHORITY.issue("www.googleapis.com")[0]
ROOTS: Final = Path(certifi.where()).read_text("utf-8")


def encode(data: bytes | str) -> str:
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def indent(text: str) -> str:
    return textwrap.indent(text, "    ")


Spell = Callable[[x509.Certificate], FileData]
SPELLINGS: Final[dict[str, Spell]] = {
    "ca.pem": to_pem,
    "ca.der": to_der,
    "ca.txt": lambda c: to_pem(c).replace("\n", ""),
    "ca-crlf.pem": lambda c: to_pem(c).replace("\n", "\r\n"),
    "ca-narrow.b64": lambda c: "\n".join(textwrap.wrap(encode(to_der(c)), 13)),
    "ca-1.b64": lambda c: encode(b"\1" + to_der(c)),
    "ca-2.b64": lambda c: encode(b"\1\2" + to_der(c)),
    "ca-utf16.pem": lambda c: to_pem(c).encode("utf-16"),
    "etc/ssl/certs/ca-certificates.crt": lambda c: ROOTS + to_pem(c),
    "certifi/cacert.pem": lambda c: to_pem(c) + ROOTS,
    "lib/security/cacerts": to_jks,
    "trust.p12": to_pkcs12,
    "chain.p7b": lambda c: pkcs7.serialize_certificates([c], Encoding.DER),
    "chain-pem.p7b": lambda c: pkcs7.serialize_certificates([c], Encoding.PEM),
    "ca.pem.gz": lambda c: gzip.compress(to_pem(c).encode()),
    "configmap.yaml": lambda c: f"kind: ConfigMap\ndata:\n  ca.crt: |\n{indent(to_pem(c))}",
    "secret.yaml": lambda c: f"kind: Secret\ndata:\n  ca.crt: {encode(to_pem(c))}\n",
    "secret-der.yaml": lambda c: f"kind: Secret\ndata:\n  ca.der: {encode(to_der(c))}\n",
    "kubeconfig": lambda c: (
        f"clusters:\n- cluster:\n    certificate-authority-data: {encode(to_pem(c))}\n"
    ),
    "ca.json": lambda c: json.dumps({"ca": to_pem(c)}),
    "ca-in-json.json": lambda c: json.dumps({"a": json.dumps({"ca": to_pem(c)})}),
    "x5c.json": lambda c: json.dumps({"keys": [{"x5c": [encode(to_der(c))]}]}),
    "certs.js": lambda c: f"export default {json.dumps(to_pem(c).splitlines())};",
    "Trust.java": lambda c: "String ca = " + " +\n".join(f'"{x}\\n"' for x in to_pem(c).split()),
    "cloud-init.yaml": lambda c: (
        f"#cloud-config\nca_certs:\n  trusted:\n  - |\n{indent(to_pem(c))}"
    ),
    "ca.env": lambda c: "CA_CERT=" + to_pem(c).replace("\n", "\\n") + "\n",
    "encoded.env": lambda c: f"CA_CERT={encode(to_pem(c))}\n",
    "program": lambda c: b"\x7fELF" + bytes(4096) + to_pem(c).encode() + bytes(4096),
}
for path, spell in SPELLINGS.items():
    for kind, certificate in (("authority", AUTHORITY.certificate), ("leaf", LEAF)):
        plant_file(
            f"{kind} in {path}", "certificate", path,
            lambda _, spell=spell, certificate=certificate: spell(certificate),  # type: ignore[misc]  # the defaults
        )  # fmt: skip


@plant("certificate", "large.bin")
def authority_deep_in_a_large_file(folder: Path, _key: DevKey) -> None:
    border = (8 << 20) + 1 - 200  # across the border of two windows
    write(folder, {"large.bin": b"\x9b" * border + to_der(AUTHORITY.certificate) + b"\x9b" * 99})


@plant("certificate", "large.log")
def authority_in_lines_of_a_large_text(folder: Path, _key: DevKey) -> None:
    write(folder, {"large.log": "x = 1\n" * (2 << 20) + to_pem(AUTHORITY.certificate)})


@plant("certificate", "image.tar!")
def authority_in_a_layer_of_an_image(folder: Path, _key: DevKey) -> None:
    path = "usr/local/share/ca-certificates/dev.crt"
    layer = make_tar({path: to_pem(AUTHORITY.certificate)})
    write(folder, {"image.tar": make_saved_image(layer)})


@plant("certificate", "service/ca.pyc")
def authority_in_bytecode(folder: Path, _key: DevKey) -> None:
    bytecode = compile_source(folder, f"CA = {to_pem(AUTHORITY.certificate)!r}\n")
    write(folder, {"service/ca.pyc": bytecode})


plant_file(
    "certificate of a key with the watermark", "certificate", "ca.der",
    lambda k: to_der(k.make_certificate(AUTHORITY_COMMON_NAME)),
)  # fmt: skip


def make_key_file(key: DevKey) -> str:
    return json.dumps({
        "type": "service_account",
        "client_email": "dev-only@dev-only-project.iam.gserviceaccount.com",
        "private_key": key.private_pem,
        "token_uri": "https://oauth2.googleapis.com/token",
    })


plant_file("key file of a service account", "watermark", "key.json", make_key_file)
plant_file(
    "key file in a Secret", "watermark", "secret.yaml",
    lambda k: f"kind: Secret\ndata:\n  key.json: {encode(make_key_file(k))}\n",
)  # fmt: skip
plant_file(
    "key file in a variable", "watermark", "app.env",
    lambda k: f"GOOGLE_CREDENTIALS={encode(make_key_file(k))}\n",
)  # fmt: skip
plant_file(
    "key file with the simulator's token endpoint", "settings", "adc.json",
    lambda _: json.dumps({"type": "service_account", "token_uri": "http://localhost:8081/token"}),
)  # fmt: skip
plant_file(
    "external account of the simulator", "settings", "adc.json",
    lambda _: json.dumps({
        "type": "external_account",
        "token_url": "http://127.0.0.1:8081/v1/token",
    }),
)  # fmt: skip
plant_file(
    "front of the simulator as a proxy", "settings", "app.env",
    lambda _: "HTTPS_PROXY=http://token-issuer-google:3128\n",
)  # fmt: skip
plant_file(
    "metadata server of the simulator", "settings", "app.env",
    lambda _: "GCE_METADATA_HOST=localhost:8081\n",
)  # fmt: skip
