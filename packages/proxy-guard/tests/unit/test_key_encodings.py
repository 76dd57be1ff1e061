"""Keys are read from binary encodings, but not from data that only resembles them."""

import os
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from proxy_guard.search.budget import Budget
from proxy_guard.search.key_encodings import find_keys as find_charged

pytestmark = pytest.mark.requirement("PG-3")


def find_keys(data: bytes) -> Iterator[dict[str, str]]:
    return find_charged(data, Budget())


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("curve", [None, ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_public_key_is_read_from_a_private_key(
    form: PrivateFormat, curve: ec.EllipticCurve | None
) -> None:
    key = ec.generate_private_key(curve) if curve else rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.DER, form, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    (found,) = find_keys(private)
    assert [found] == list(find_keys(public))
    assert found["kty"] == ("EC" if curve else "RSA")


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_compressed_point_is_the_same_key(curve: ec.EllipticCurve) -> None:
    for _ in range(8):  # repeat to get both signs of y, and coordinates with leading zeros
        key = ec.generate_private_key(curve).public_key()
        plain = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

        assert list(find_keys(b"\x30\x81" + wrap(b"\x03" + wrap(b"\0" + point)))) == list(
            find_keys(plain)
        )


def wrap(content: bytes) -> bytes:
    return bytes([len(content)]) + content


def test_point_that_is_not_on_the_curve_raises_no_error() -> None:
    for _ in range(20):
        point = b"\2" + os.urandom(32)
        assert len(list(find_keys(b"\x30" + wrap(b"\x03" + wrap(b"\0" + point))))) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x03\x02\x01\x05",
        b"\x30\x06\x02\x01\x05\x02\x01\x03",
        b"\x30\x03\x02\x01\x00",
        b"\x30\x02\x03\x00",
        b"\x30\x03\x03\x01\x00",
        b"\x30\x04\x03\x02\x00\x04",
        b"\0\0\0\x07ssh-rsa\0\0\0\x03\1\0\1",
        b"\0\0\0\x07ssh-dss\0\0\0\x01\1\0\0\0\x01\1",
        b"\0\0\0\0",
    ],
    ids=range(10),
)
def test_data_without_a_key_yields_no_key(data: bytes) -> None:
    assert list(find_keys(data)) == []
