"""Detection of the simulator's keys and published keys in all encodings, without false alarms."""

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from proxy_guard import dev_marks
from proxy_guard.search.detection import MAX_INPUT_BYTES, detect

pytestmark = pytest.mark.requirement("PG-3")

Encode = Callable[..., Mapping[str, object]]
LEAKED_KEYS: Final[dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parents[1] / "data/leaked_keys.json").read_text("utf-8")
)


def find_codes(material: object) -> list[str]:
    return [finding.code for finding in detect(material, variable="the key").findings]


def load_public_key(jwk: Mapping[str, str]) -> Any:
    def read(name: str) -> int:
        return int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "=="), "big")

    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(read("e"), read("n")).public_key()
    if jwk["kty"] == "OKP":
        raw = base64.urlsafe_b64decode(jwk["x"] + "==")
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    curve: ec.EllipticCurve = ec.SECP256R1() if jwk["crv"] == "P-256" else ec.SECP521R1()
    return ec.EllipticCurvePublicNumbers(read("x"), read("y"), curve).public_key()


def test_watermark_is_found_in_every_encoding(dev_key: rsa.RSAPublicKey, encode: Encode) -> None:
    encodings = encode(dev_key)
    missed = [
        name
        for name, value in encodings.items()
        if find_codes(value.tobytes() if isinstance(value, memoryview) else value) != ["dev_key"]
    ]

    assert len(encodings) >= 50
    assert missed == []


@pytest.mark.parametrize("source", LEAKED_KEYS)
def test_published_key_is_found_in_every_encoding(source: str, encode: Encode) -> None:
    encodings = encode(load_public_key(LEAKED_KEYS[source]))
    missed = [
        name
        for name, value in encodings.items()
        if find_codes(value.tobytes() if isinstance(value, memoryview) else value)
        != ["published_key"]
    ]

    assert missed == []


@pytest.mark.parametrize("source", LEAKED_KEYS)
def test_finding_names_where_the_private_half_is_published(source: str) -> None:
    (finding,) = detect(LEAKED_KEYS[source], variable="JWT_PUBLIC_KEY").findings

    assert finding.what.startswith("JWT_PUBLIC_KEY provides a key whose private half is public: ")
    assert source in finding.what
    assert "thumbprint" in finding.what
    assert LEAKED_KEYS[source]["x" if "x" in LEAKED_KEYS[source] else "n"] not in finding.what


@pytest.mark.parametrize("make", [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_new_elliptic_curve_key_is_recognized_without_a_finding(
    make: type[ec.EllipticCurve], encode: Encode
) -> None:
    for name, value in encode(ec.generate_private_key(make()).public_key()).items():
        material = value.tobytes() if isinstance(value, memoryview) else value
        detection = detect(material, variable="the key")
        assert detection.has_keys, name
        assert detection.findings == (), name


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        ({"keys": [], "dev_only": True}, ["dev_jwks"]),
        ({"keys": [], "dev_only": False}, ["dev_jwks"]),
        ('{"keys": [], "dev_only": 1, "dev_only": 0}', ["dev_jwks"]),
        ({"keys": [{"kty": "EC", "kid": "dev-key"}]}, ["dev_kid"]),
        ({"keys": [{"kty": "EC", "kid": "dev-key-17"}]}, ["dev_kid"]),
        ({"keys": [{"kty": "EC", "kid": " Dev-Key "}]}, ["dev_kid"]),
        ({"dev-key-2": "-----BEGIN CERTIFICATE-----"}, ["dev_kid"]),
        ({"kid": "dev-key"}, ["dev_kid"]),
        ({"jwks_uri": "http://token-issuer:8081/certs"}, ["dev_reference"]),
        ({"keys": [{"kty": "EC", "x5u": "https://issuer.local/x"}]}, ["dev_reference"]),
        ({"issuer": "https://issuer.local", "keys": [{"kid": "dev-key"}]},
         ["dev_reference", "dev_kid"]),
    ],
)  # fmt: skip
def test_document_is_recognized_by_its_members(document: object, codes: list[str]) -> None:
    assert find_codes(document) == codes
    if not isinstance(document, str):
        assert find_codes(json.dumps(document)) == codes


@pytest.mark.parametrize(
    "document",
    [
        None,
        17,
        "",
        b"",
        [],
        {},
        {"keys": None},
        {"keys": [{"kid": kid} for kid in ("dev", "dev-keys", "dev-key-", "dev-key-prod", 7)]},
        {"keys": [{"kty": "EC", "kid": "\u0661", "x": "\udcff", "y": 3, "crv": ["P-256"]}]},
        {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "1"}]},
        "{not json",
        "-----BEGIN PUBLIC KEY-----",
        b"\x30\x84\xff\xff\xff\xff",
        b"\0\0\0\x07ssh-rsa",
    ],
    ids=range(15),
)
def test_production_material_has_no_findings(document: object) -> None:
    detection = detect(document, variable="the key set")

    assert detection.findings == ()
    assert not detection.has_keys


def test_certificate_of_the_simulator_is_recognized(dev_certificate: x509.Certificate) -> None:
    der = dev_certificate.public_bytes(Encoding.DER)

    assert find_codes(der) == ["dev_certificate"]
    assert find_codes(dev_certificate.public_bytes(Encoding.PEM)) == ["dev_certificate"]
    assert find_codes({"x5c": [base64.b64encode(der).decode()]}) == ["dev_certificate"]
    assert find_codes("DEV ONLY token-issuer".encode("utf-16-be")) == ["dev_certificate"]


@pytest.mark.parametrize("before", range(6))
def test_watermark_is_found_at_each_alignment(before: int) -> None:
    data = os.urandom(before) + dev_marks.WATERMARK + os.urandom(9)

    assert find_codes(f"x={base64.b64encode(data).decode()}") == ["dev_key"]
    assert find_codes(f"x={base64.urlsafe_b64encode(data).decode()}") == ["dev_key"]


@pytest.mark.parametrize(
    "material",
    [
        "A" * (MAX_INPUT_BYTES + 1),
        b"\0" * 10_000_000,
        "[" * 500_000,
        '{"a":' * 500_000,
        {"keys": [{"kid": str(number)} for number in range(100_000)]},
        [str(number) * 900_000 for number in range(8)],
    ],
    ids=["long text", "long bytes", "deep list", "deep object", "many keys", "many texts"],
)
def test_input_that_exceeds_a_limit_is_a_finding(material: object) -> None:
    assert find_codes(material) == ["unjudged_keys"]


@pytest.mark.parametrize(
    "material",
    [
        os.urandom(MAX_INPUT_BYTES),
        "\\" * MAX_INPUT_BYTES,
        "\udcff" * MAX_INPUT_BYTES,
        "\u4e00" * MAX_INPUT_BYTES,
        ("A" * 64 + "\n") * (MAX_INPUT_BYTES // 65),
        b"\x30\x80" * (MAX_INPUT_BYTES // 2),
        b"\x30\x00" * (MAX_INPUT_BYTES // 2),
        "-----" * (MAX_INPUT_BYTES // 5),
        '{"n":"' + "9" * 900_000 + '"}',
        "[" + "9" * 900_000 + "]",
        {"e": "AQAB", "n": "A" * 900_000},
        {"a": 10**5000},
    ],
    ids=range(12),
)
def test_search_of_garbage_is_bounded(material: object) -> None:
    assert set(find_codes(material)) <= {"unjudged_keys"}


def test_search_of_a_cyclic_structure_ends() -> None:
    endless: list[object] = []
    endless.append(endless)

    assert find_codes(endless) == ["unjudged_keys"]
