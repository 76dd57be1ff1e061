"""Ed25519 public keys of small order, off the curve or not canonical are rejected."""

import base64
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from jwt_core import (
    Algorithm,
    KeyFormatError,
    KeySet,
    SigningKey,
    VerificationKey,
    base64url,
    decode_jwk,
    decode_public_key,
    encode_jwk,
)
from jwt_core.edwards import check_ed25519_point

pytestmark = pytest.mark.requirement("JC-1")

PRIME: Final = 2**255 - 19
D: Final = -121665 * pow(121666, -1, PRIME) % PRIME
Point = tuple[int, int]


def add(first: Point, second: Point) -> Point:
    """Add two points of the curve -x² + y² = 1 + d·x²·y² (RFC 8032 §5.1.4)."""
    (x1, y1), (x2, y2) = first, second
    product = D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME) % PRIME
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME
    return x, y


def multiply(factor: int, point: Point) -> Point:
    result = (0, 1)
    for bit in f"{factor:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def recover(y: int) -> Point | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 3) // 8, PRIME)
    if root * root % PRIME != square:
        root = root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    return (root, y) if root * root % PRIME == square else None


def find_generator_of_small_subgroup() -> Point:
    """Return a point of order 8: a point of the curve times the order of the large subgroup."""
    order = 2**252 + 27742317777372353535851937790883648493
    for y in range(2, 200):
        point = recover(y)
        if point and multiply(4, small := multiply(order, point)) != (0, 1):
            return small
    raise AssertionError


GENERATOR: Final = find_generator_of_small_subgroup()
SMALL_POINTS: Final = [multiply(factor, GENERATOR) for factor in range(8)]
SMALL_ENCODINGS: Final = sorted({
    (encoded | sign << 255).to_bytes(32, "little")
    for _, y in SMALL_POINTS
    for encoded in (y, y + PRIME)
    if encoded < 1 << 255
    for sign in (0, 1)
})
"""All encodings of the eight points, including those that RFC 8032 forbids."""


def build_jwk(encoded: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(encoded)}


def test_the_small_subgroup_has_eight_points_and_fourteen_encodings() -> None:
    assert len(set(SMALL_POINTS)) == 8
    assert multiply(8, GENERATOR) == (0, 1)
    assert len(SMALL_ENCODINGS) == 14


@pytest.mark.parametrize("encoded", SMALL_ENCODINGS, ids=bytes.hex)
@pytest.mark.parametrize("algorithm", [Algorithm.EDDSA, Algorithm.ED25519])
def test_point_of_small_order_is_refused(encoded: bytes, algorithm: Algorithm) -> None:
    with pytest.raises(KeyFormatError, match="small order"):
        decode_jwk({**build_jwk(encoded), "alg": algorithm.value})
    public_key = ed25519.Ed25519PublicKey.from_public_bytes(encoded)
    with pytest.raises(KeyFormatError, match="small order"):
        VerificationKey(public_key, algorithm, "key-1")


def test_point_of_small_order_in_pem_is_refused() -> None:
    prefix = bytes.fromhex("302a300506032b6570032100")
    body = base64.b64encode(prefix + SMALL_ENCODINGS[0]).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    with pytest.raises(KeyFormatError, match="small order"):
        decode_public_key(pem)


@pytest.mark.parametrize("y", range(PRIME, 1 << 255))
@pytest.mark.parametrize("sign", [0, 1])
def test_encoding_that_is_not_canonical_is_refused(y: int, sign: int) -> None:
    with pytest.raises(KeyFormatError, match=r"canonical|small order"):
        check_ed25519_point((y | sign << 255).to_bytes(32, "little"))


def test_encoding_off_the_curve_is_refused() -> None:
    for y in range(2, 100):
        for sign in (0, 1):
            encoded = (y | sign << 255).to_bytes(32, "little")
            if recover(y):
                check_ed25519_point(encoded)
            else:
                with pytest.raises(KeyFormatError, match="not a point"):
                    decode_jwk(build_jwk(encoded))


def test_generated_key_is_accepted() -> None:
    for _ in range(50):
        public_key = ed25519.Ed25519PrivateKey.generate().public_key()
        check_ed25519_point(public_key.public_bytes_raw())


def test_other_keys_beside_a_point_of_small_order_are_used(
    keys: dict[Algorithm, SigningKey],
) -> None:
    key = keys[Algorithm.EDDSA].verification_key
    document = {"keys": [*map(build_jwk, SMALL_ENCODINGS), encode_jwk(key)]}
    assert KeySet.from_document(document).keys == (key,)
    with pytest.raises(KeyFormatError):
        decode_jwk(build_jwk(bytes(31)))
    with pytest.raises(KeyFormatError):
        decode_jwk(build_jwk(bytes(33)))
