"""Extraction of public keys from SPKI, PKCS#1, PKCS#8, SEC 1, X.509 and OpenSSH.

Keys are recognized by their structure alone. That is enough because they are only looked up by
thumbprint: data that looks like a key by chance has an unknown thumbprint.

Spec: RFC 5280 §4.1, RFC 8017 §A.1, RFC 5480 §2.2, RFC 5915 §3, RFC 8410 §4, RFC 4253 §6.6
"""

from __future__ import annotations

from proxy_guard.search.curves import CURVES, DECOMPRESSION_WORK, decompress
from proxy_guard.search.der import BIT_STRING, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, walk
from proxy_guard.search.jwk import build_ec_key, build_okp_key, build_rsa_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from proxy_guard.search.budget import Budget
    from proxy_guard.search.der import Value
    from proxy_guard.search.jwk import CanonicalKey

_MIN_MODULUS_BYTES: Final = 64
_MAX_MODULUS_BYTES: Final = 4096
_MAX_EXPONENT_BYTES: Final = 8
"""Real keys have a modulus of 512 to 32,768 bits and an exponent of at most 64 bits."""
_ED25519_SIZE: Final = 32
_UNCOMPRESSED: Final = b"\4"
_COMPRESSED: Final = (b"\2", b"\3")
"""The last bit is the last bit of y."""
_OTHER_KEY: Final = {"kty": "other"}


def find_keys(data: bytes, budget: Budget) -> Iterator[CanonicalKey]:
    """Yield the public keys in *data*, which is DER or the blob of an OpenSSH key.

    A public key of another type than RSA, EC and Ed25519 is yielded without its members.
    """
    if data.startswith(b"\0\0\0"):
        yield from _read_openssh(data, budget)
    elif data.startswith(b"\x30"):
        is_key_info = is_known = False
        for values in walk(data, budget):
            for key in _read_level(data, values, budget):
                is_known = True
                yield key
            is_key_info = is_key_info or _is_key_info(data, values)
        if is_key_info and not is_known:
            yield _OTHER_KEY


def read_point(point: bytes, budget: Budget) -> Iterator[CanonicalKey]:
    """Read a point (SEC 1 §2.3.3) or the 32 bytes of an Ed25519 key."""
    form, coordinates = point[:1], point[1:]
    half = len(coordinates) // 2
    if len(point) == _ED25519_SIZE:
        yield build_okp_key("Ed25519", point)
    elif form == _UNCOMPRESSED and half in CURVES:
        yield from _build_key(coordinates[:half], coordinates[half:])
    elif form in _COMPRESSED and len(coordinates) in CURVES:
        budget.charge(DECOMPRESSION_WORK[len(coordinates)])
        y = decompress(coordinates, is_odd=form == _COMPRESSED[1])
        yield from _build_key(coordinates, y)


def _read_level(data: bytes, values: list[Value], budget: Budget) -> Iterator[CanonicalKey]:
    yield from _read_rsa(data, values)
    for tag, start, end in values:
        if tag == BIT_STRING and start < end and data[start] == 0:
            yield from read_point(data[start + 1 : end], budget)


def _is_key_info(data: bytes, values: list[Value]) -> bool:
    """Return whether *values* are those of a SubjectPublicKeyInfo (RFC 5280 §4.1)."""
    if [tag for tag, _, _ in values] != [SEQUENCE, BIT_STRING]:
        return False
    _, start, end = values[0]
    return start < end and data[start] == OBJECT_IDENTIFIER


def _read_rsa(data: bytes, values: list[Value]) -> Iterator[CanonicalKey]:
    if any(tag != INTEGER for tag, _, _ in values):
        return
    # The version of a private key precedes n and e.
    numbers = [data[start:end].lstrip(b"\0") for _, start, end in values[:3]]
    if numbers and not numbers[0]:
        numbers = numbers[1:]
    if len(numbers) < 2:  # noqa: PLR2004  # n and e
        return
    modulus, exponent = numbers[:2]
    is_modulus = _MIN_MODULUS_BYTES <= len(modulus) <= _MAX_MODULUS_BYTES
    if is_modulus and 0 < len(exponent) <= _MAX_EXPONENT_BYTES:
        yield build_rsa_key(modulus, exponent)


def _build_key(x: bytes, y: bytes) -> Iterator[CanonicalKey]:
    key = build_ec_key(CURVES[len(x)][0], x, y)
    if key:
        yield key


def _read_openssh(data: bytes, budget: Budget) -> Iterator[CanonicalKey]:
    kind, *fields = _split_openssh(data)
    if kind == b"ssh-rsa" and len(fields) > 1:
        exponent, modulus = fields
        if len(modulus.lstrip(b"\0")) <= _MAX_MODULUS_BYTES and len(exponent) <= len(modulus):
            yield build_rsa_key(modulus, exponent)
    elif kind.startswith((b"ecdsa-sha2-", b"ssh-ed25519")) and fields:
        yield from read_point(fields[-1], budget)


def _split_openssh(data: bytes) -> list[bytes]:
    fields = []
    position = 0
    for _ in range(3):  # a public key has at most three
        start = position + 4
        position = start + int.from_bytes(data[position:start], "big")
        fields.append(data[start:position])
    return [field for field in fields if field] or [b""]
