"""Keys in every encoding that a variable or a key set may contain."""

import base64
import datetime
import json
import os
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from proxy_guard.dev_marks import WATERMARK

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
Encode = Callable[..., Mapping[str, object]]

DAY: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
CA_KEY: Final = ec.generate_private_key(ec.SECP256R1())


def make_marked_key() -> rsa.RSAPublicKey:
    """Make a public key with the watermark. Its private half is unknown."""
    modulus = int.from_bytes(WATERMARK + os.urandom(256 - len(WATERMARK)), "big") | 1
    return rsa.RSAPublicNumbers(65537, modulus).public_key()


def certify(public_key: PublicKey, common_name: str = "id.example.com") -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = x509.CertificateBuilder(name, name, public_key, 1, DAY, DAY.replace(year=2036))
    return builder.sign(CA_KEY, hashes.SHA256())


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def build_jwk(public_key: PublicKey) -> dict[str, str]:
    if isinstance(public_key, rsa.RSAPublicKey):
        numbers = public_key.public_numbers()
        modulus = numbers.n.to_bytes(public_key.key_size // 8, "big")
        return {"kty": "RSA", "n": to_base64url(modulus), "e": "AQAB"}
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": to_base64url(public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)),
        }
    point = public_key.public_numbers()
    size = (public_key.key_size + 7) // 8
    return {
        "kty": "EC",
        "crv": {256: "P-256", 384: "P-384", 521: "P-521"}[public_key.key_size],
        "x": to_base64url(point.x.to_bytes(size, "big")),
        "y": to_base64url(point.y.to_bytes(size, "big")),
    }


def encode_all(public_key: PublicKey) -> dict[str, object]:
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = certify(public_key)
    chain = certify(CA_KEY.public_key()).public_bytes(Encoding.PEM).decode()
    certificate_der = certificate.public_bytes(Encoding.DER)
    certificate_pem = certificate.public_bytes(Encoding.PEM).decode()
    jwk = build_jwk(public_key)
    x5c = base64.b64encode(certificate_der).decode()
    body = "".join(pem.splitlines()[1:-1])
    encodings: dict[str, object] = {
        "pem": pem,
        "pem as bytes": pem.encode(),
        "pem with escaped line breaks": pem.replace("\n", "\\n"),
        "pem with escaped carriage returns": pem.replace("\n", "\\r\\n"),
        "pem with twice escaped line breaks": pem.replace("\n", "\\\\n"),
        "pem with carriage returns": pem.replace("\n", "\r\n"),
        "pem on one line with blanks": pem.replace("\n", " "),
        "pem indented": pem.replace("\n", "\n        "),
        "pem on one line with nothing": pem.replace("\n", ""),
        "pem without its end": pem.rpartition("-----END")[0],
        "pem under another label": pem.replace("PUBLIC KEY", "RSA PUBLIC KEY"),
        "pem behind a comment": f"Key of schlüssel.example:\n{pem}",
        "pem in double quotes": f'"{pem}"',
        "pem in single quotes": f"'{pem}'",
        "pem as a json string": json.dumps(pem),
        "pem in utf-16": pem.encode("utf-16"),
        "pem in utf-16 without a mark": pem.encode("utf-16-be"),
        "pem in utf-32": pem.encode("utf-32"),
        "pem with a byte order mark": pem.encode("utf-8-sig"),
        "pem in base64": base64.b64encode(pem.encode()).decode(),
        "pem in base64 in base64": base64.b64encode(base64.b64encode(pem.encode())),
        "base64 without armour": body,
        "base64url without armour": body.replace("+", "-").replace("/", "_").rstrip("="),
        "base64 broken into short lines": "\n".join(body[i : i + 20] for i in range(0, 999, 20)),
        "der": der,
        "der as a byte array": bytearray(der),
        "der as a view": memoryview(der),
        "hex": der.hex(),
        "hex with colons": der.hex(":").upper(),
        "certificate": certificate_pem,
        "certificate in der": certificate_der,
        "certificate second in a chain": chain + certificate_pem,
        "openssh": public_key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b" me@host",
        "jwk": jwk,
        "jwk as text": json.dumps(jwk),
        "jwk as bytes": json.dumps(jwk).encode(),
        "jwk with escaped quotes": json.dumps(jwk).replace('"', '\\"'),
        "jwk in single quotes": f"'{json.dumps(jwk)}'",
        "jwk in base64": base64.b64encode(json.dumps(jwk).encode()).decode(),
        "jwk with escaped characters": json.dumps(jwk).replace("n", "\\u006e"),
        "jwk with a repeated member": json.dumps(jwk)[:-1] + ', "n": "AQAB", "x": "AQAB"}',
        "jwks": {"keys": [{"kty": "oct", "k": "AQAB"}, jwk]},
        "jwks as text": json.dumps({"keys": [jwk]}),
        "jwks nested in odd shapes": {"keys": {"a": [[{"keys": [jwk]}]]}},
        "list of jwks": [jwk],
        "google v1": {"1f2e": certificate_pem},
        "x5c only": {"keys": [{"kty": "RSA", "x5c": [x5c]}]},
        "x5c with line breaks": {"keys": [{"kty": "RSA", "x5c": [f"{x5c[:64]}\n{x5c[64:]}"]}]},
    }
    return encodings | _encode_kind(public_key)


def _encode_kind(public_key: PublicKey) -> dict[str, object]:
    """Encode *public_key* in the encodings that only its type has."""
    jwk = build_jwk(public_key)
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        compressed = public_key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        spki = _build_sequence(b"\x30\x00", b"\x03" + bytes([len(compressed) + 1, 0]) + compressed)
        trimmed = {name: to_base64url(_decode(jwk[name]).lstrip(b"\0")) for name in ("x", "y")}
        return {"compressed point in der": spki, "jwk with trimmed coordinates": jwk | trimmed}
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        return {}
    padded = {
        zeros: jwk | {"n": to_base64url(bytes(zeros) + _decode(jwk["n"]))} for zeros in (1, 2, 3)
    }
    standard = jwk["n"].replace("-", "+").replace("_", "/") + "=="
    return {
        "pkcs1": public_key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode(),
        "jwk in the standard alphabet": jwk | {"n": standard},
        **{f"jwk with {zeros} leading zeros": value for zeros, value in padded.items()},
    }


def _build_sequence(*values: bytes) -> bytes:
    content = b"".join(values)
    return bytes([0x30, 0x81, len(content)]) + content


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@pytest.fixture(scope="session")
def dev_key() -> rsa.RSAPublicKey:
    return make_marked_key()


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Return the function that encodes a public key in every encoding."""
    return encode_all


@pytest.fixture(scope="session")
def make_jwk() -> Callable[[int], dict[str, object]]:
    """Return the function that makes a new RSA or EC key with the members that providers add."""

    def make(index: int) -> dict[str, object]:
        modulus = int.from_bytes(b"\xc1" + os.urandom(255), "big") | 1
        key: PublicKey = rsa.RSAPublicNumbers(65537, modulus).public_key()
        if index % 3 == 0:
            key = ec.generate_private_key(ec.SECP256R1()).public_key()
        certificate = base64.b64encode(certify(key).public_bytes(Encoding.DER)).decode()
        members = {"kid": f"{index:027}", "issuer": "https://schlüssel.example/{tenantid}/v2.0"}
        return {**build_jwk(key), **members, "x5c": [certificate], "x5t#S256": certificate[-44:-1]}

    return make


@pytest.fixture(scope="session")
def dev_certificate() -> x509.Certificate:
    """Return a certificate with the simulator's common name, for a key without a watermark."""
    return certify(CA_KEY.public_key(), "DEV ONLY token-issuer")


@pytest.fixture(scope="session")
def server_credentials() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Return a self-signed certificate for `localhost`, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 2, DAY, DAY.replace(year=2036))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    return builder.add_extension(names, critical=False).sign(key, hashes.SHA256()), key
