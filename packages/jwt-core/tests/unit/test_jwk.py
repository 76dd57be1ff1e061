from typing import Any, Final

import pytest
from jwt_core import (
    Algorithm,
    KeyFormatError,
    SigningKey,
    VerificationKey,
    decode_jwk,
    encode_jwk,
)
from jwt_core.jwk import PRIVATE_MEMBERS

pytestmark = pytest.mark.requirement("JC-1")

MEMBERS: Final = {
    Algorithm.RS256: {"kty", "n", "e", "kid", "use", "alg"},
    Algorithm.PS256: {"kty", "n", "e", "kid", "use", "alg"},
    Algorithm.ES256: {"kty", "crv", "x", "y", "kid", "use", "alg"},
    Algorithm.EDDSA: {"kty", "crv", "x", "kid", "use", "alg"},
    Algorithm.ED25519: {"kty", "crv", "x", "kid", "use", "alg"},
}


@pytest.mark.parametrize("algorithm", Algorithm)
def test_jwk_has_exactly_the_public_members(
    keys: dict[Algorithm, SigningKey], algorithm: Algorithm
) -> None:
    jwk = encode_jwk(keys[algorithm].verification_key)
    assert set(jwk) == MEMBERS[algorithm]
    assert (jwk["use"], jwk["alg"], jwk["kid"]) == ("sig", algorithm.value, "key-1")
    assert type(jwk["alg"]) is str


@pytest.mark.parametrize("algorithm", Algorithm)
def test_jwk_round_trips(keys: dict[Algorithm, SigningKey], algorithm: Algorithm) -> None:
    key = keys[algorithm].verification_key
    assert decode_jwk(encode_jwk(key)) == key
    nameless = VerificationKey(key.public_key, algorithm, None)
    assert "kid" not in encode_jwk(nameless)
    assert decode_jwk(encode_jwk(nameless)) == nameless


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        (Algorithm.PS256, Algorithm.RS256),
        (Algorithm.ES256, Algorithm.ES256),
        (Algorithm.EDDSA, Algorithm.EDDSA),
    ],
)
def test_jwk_without_alg_gets_the_usual_one_of_its_kind(
    keys: dict[Algorithm, SigningKey], algorithm: Algorithm, expected: Algorithm
) -> None:
    jwk = encode_jwk(keys[algorithm].verification_key)
    del jwk["alg"]
    assert decode_jwk(jwk).algorithm is expected


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize(
    "purpose", [{"key_ops": ["verify"]}, {"key_ops": ["sign", "verify"]}, {"x5t": "ignored"}]
)
def test_jwk_for_verifying_is_accepted(key: SigningKey, purpose: dict[str, Any]) -> None:
    jwk = {**encode_jwk(key.verification_key), **purpose}
    assert decode_jwk(jwk) == key.verification_key


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"use": ["sig"]},
        {"use": ""},
        {"use": "SIG"},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"key_ops": {"verify": 1}},
        {"key_ops": ["verify", "verify"]},
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "ES256"},
        {"alg": "rs256"},
        {"alg": "RSA-OAEP"},
        {"alg": "RS512"},
        {"alg": ""},
        {"alg": ["RS256"]},
        {"kid": 7},
        {"kty": "rsa"},
        {"kty": None},
        {"kty": ["RSA"]},
        {"kty": "EC", "crv": "P-256"},
        {"n": None},
        {"n": ""},
        {"n": 5},
        {"n": "AQAB"},
        {"e": "AQAB="},
        {"e": "AQAB=="},
        {"e": "AAAA"},
        {"e": "+/8B"},
        {"n": "A" * 342},
        {"e": "Aw"},
        {"e": "AQAA"},
        {"e": "A Q A B"},
    ],
)
def test_jwk_with_another_purpose_or_bad_member_is_refused(
    key: SigningKey, change: dict[str, Any]
) -> None:
    jwk = encode_jwk(key.verification_key)
    with pytest.raises(KeyFormatError) as caught:
        decode_jwk({**jwk, **change})
    assert jwk["n"] not in str(caught.value)


@pytest.mark.parametrize("member", ["n", "e", "kty"])
def test_jwk_without_a_required_member_is_refused(key: SigningKey, member: str) -> None:
    jwk = encode_jwk(key.verification_key)
    del jwk[member]
    with pytest.raises(KeyFormatError):
        decode_jwk(jwk)


@pytest.mark.parametrize("member", sorted(PRIVATE_MEMBERS))
def test_jwk_with_a_private_member_is_refused(key: SigningKey, member: str) -> None:
    with pytest.raises(KeyFormatError, match="private or symmetric"):
        decode_jwk({**encode_jwk(key.verification_key), member: "AA"})


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize("alg", ["HS256", "RS256", None])
def test_symmetric_jwk_never_becomes_a_key(alg: str | None) -> None:
    for secret in ({"k": "c2VjcmV0"}, {}):
        with pytest.raises(KeyFormatError, match="private or symmetric"):
            decode_jwk({"kty": "oct", "alg": alg, **secret})


@pytest.mark.parametrize(
    ("algorithm", "change"),
    [
        (Algorithm.ES256, {"crv": "P-384"}),
        (Algorithm.ES256, {"crv": "secp256k1"}),
        (Algorithm.ES256, {"y": "A" * 43}),  # not on the curve
        (Algorithm.ES256, {"x": "AA"}),
        (Algorithm.ES256, {"y": None}),
        (Algorithm.EDDSA, {"crv": "Ed448"}),
        (Algorithm.EDDSA, {"crv": "X25519"}),
        (Algorithm.EDDSA, {"x": "AA"}),
        (Algorithm.EDDSA, {"kty": "EC"}),
    ],
)
def test_jwk_of_another_curve_or_off_the_curve_is_refused(
    keys: dict[Algorithm, SigningKey], algorithm: Algorithm, change: dict[str, Any]
) -> None:
    with pytest.raises(KeyFormatError):
        decode_jwk({**encode_jwk(keys[algorithm].verification_key), **change})
