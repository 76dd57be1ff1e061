"""No false alarms for 10,000 random RSA moduli and a few hundred generated RSA keys."""

import base64
import random
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from proxy_guard import screen_jwks, screen_key, screen_token
from proxy_guard.search.detection import detect

pytestmark = pytest.mark.requirement("PG-3")

PRODUCTION: Final = {"APP_ENV": "production"}
SEED: Final = 20260101


def test_no_random_modulus_has_the_watermark() -> None:
    numbers = random.Random(SEED)  # noqa: S311  # a repeatable test, not a key
    for _ in range(10_000):
        modulus = numbers.getrandbits(2048) | 1 << 2047 | 1
        key = rsa.RSAPublicNumbers(65537, modulus).public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        n = base64.urlsafe_b64encode(modulus.to_bytes(256, "big")).decode().rstrip("=")
        jwk = {"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": n, "e": "AQAB"}

        assert screen_jwks({"keys": [jwk]}, PRODUCTION) == ()
        assert screen_key(spki, PRODUCTION) == ()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_no_real_key_is_refused_in_any_encoding(
    encode: Callable[..., Mapping[str, object]], count: int
) -> None:
    for index in range(count):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
        encodings = encode(key) if index < 20 else {"pem": _to_pem(key)}
        for value in encodings.values():
            assert screen_key(value, PRODUCTION) == ()


def _to_pem(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(document=JSON, data=st.binary(max_size=300))
def test_screens_raise_no_error_for_any_input(document: object, data: bytes) -> None:
    for material in (document, data, b"\x30" + data, b"\0\0\0\x07ssh-rsa" + data, [data]):
        for value in (screen_jwks, screen_key):
            value(material, {"APP_ENV": "qa"})
        screen_token(material, material, {"APP_ENV": "qa"})
        findings = detect(material, variable="it").findings
        assert all(finding.what.isprintable() for finding in findings)
        assert not any("cannot be read" in finding.what for finding in findings)
