"""Extraction of public keys from SPKI, PKCS#1, PKCS#8, SEC 1, X.509 and OpenSSH.

Keys are recognized by their structure alone. That is enough because they are only looked up by
thumbprint: data that looks like a key by chance has an unknown thumbprint.

Spec: RFC 5280 §4.1, RFC 8017 §A.1, RFC 5480 §2.2, RFC 5915 §3, RFC 8410 §4, RFC 4253 §6.6
"""

from __future__ import annotations

from proxy_guard.der import BIT_STRING, INTEGER, walk
from proxy_guard.jwk import build_ec_key, build_okp_key, build_rsa_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from proxy_guard.der import Value
    from proxy_guard.jwk import CanonicalKey

_MIN_MODULUS_BYTES: Final = 64
_MAX_EXPONENT_BYTES: Final = 8
"""Real keys have a modulus of at least 512 bits and an exponent of at most 64 bits."""
_ED25519_SIZE: Final = 32
_UNCOMPRESSED: Final = b"\4"
_COMPRESSED: Final = (b"\2", b"\3")
"""The last bit is the last bit of y."""
_CURVES: Final = {
    # By the size of a coordinate: the name, the prime p and the coefficient b of y² = x³ - 3x + b
    # (NIST SP 800-186 §3.2.1). The primes are 3 modulo 4, so a square root is a single power.
    32: (
        "P-256",
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    ),
    48: (
        "P-384",
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    ),
    66: (
        "P-521",
        2**521 - 1,
        0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
    ),
}


def find_keys(data: bytes) -> Iterator[CanonicalKey]:
    """Yield the public keys in *data*, which is DER or the blob of an OpenSSH key."""
    if data.startswith(b"\0\0\0"):
        yield from _read_openssh(data)
    elif data.startswith(b"\x30"):
        for values in walk(data):
            yield from _read_rsa(values)
            for value in values:
                if value.tag == BIT_STRING and value.content[:1] == b"\0":
                    yield from _read_point(value.content[1:])


def _read_rsa(values: list[Value]) -> Iterator[CanonicalKey]:
    if any(value.tag != INTEGER for value in values):
        return
    numbers = [value.content.lstrip(b"\0") for value in values]
    if numbers and not numbers[0]:
        numbers = numbers[1:]  # skip the version of a private key
    if len(numbers) < 2:  # noqa: PLR2004  # n and e
        return
    modulus, exponent = numbers[:2]
    if len(modulus) >= _MIN_MODULUS_BYTES and 0 < len(exponent) <= _MAX_EXPONENT_BYTES:
        yield build_rsa_key(modulus, exponent)


def _read_point(point: bytes) -> Iterator[CanonicalKey]:
    """Read the content of a bit string or OpenSSH string: a point (SEC 1 §2.3.3) or Ed25519."""
    if len(point) == _ED25519_SIZE:
        yield build_okp_key("Ed25519", point)
        return
    form, coordinates = point[:1], point[1:]
    half = len(coordinates) // 2
    if form == _UNCOMPRESSED and half in _CURVES:
        yield from _build_key(coordinates[:half], coordinates[half:])
    elif form in _COMPRESSED and len(coordinates) in _CURVES:
        y = _decompress(coordinates, is_odd=form == _COMPRESSED[1])
        yield from _build_key(coordinates, y)


def _build_key(x: bytes, y: bytes) -> Iterator[CanonicalKey]:
    key = build_ec_key(_CURVES[len(x)][0], x, y)
    if key:
        yield key


def _decompress(x: bytes, *, is_odd: bool) -> bytes:
    """Return y. If x is not on the curve, the result is a number that belongs to no key."""
    _, prime, b = _CURVES[len(x)]
    number = int.from_bytes(x, "big") % prime
    root = pow(number**3 - 3 * number + b, (prime + 1) // 4, prime)
    return (root if root % 2 == is_odd else prime - root).to_bytes(len(x), "big")


def _read_openssh(data: bytes) -> Iterator[CanonicalKey]:
    kind, *fields = _split_openssh(data)
    if kind == b"ssh-rsa" and len(fields) > 1:
        yield build_rsa_key(fields[1], fields[0])
    elif kind.startswith((b"ecdsa-sha2-", b"ssh-ed25519")) and fields:
        yield from _read_point(fields[-1])


def _split_openssh(data: bytes) -> list[bytes]:
    fields = []
    for _ in range(3):  # a public key has at most three
        size = int.from_bytes(data[:4], "big")
        fields.append(data[4 : 4 + size])
        data = data[4 + size :]
    return [field for field in fields if field] or [b""]
