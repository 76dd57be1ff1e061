"""Tokens and keys are interchangeable with those of joserfc and PyJWT."""

import json
import warnings

import jwt
import pytest
from joserfc import jwk, jws
from joserfc.errors import SecurityWarning
from jwt_core import (
    Algorithm,
    KeySet,
    SigningKey,
    VerificationPolicy,
    compute_thumbprint,
    encode_jwk,
    encode_private_pem,
    sign,
    verify,
)

Claims = dict[str, object]


@pytest.fixture
def private(keys: dict[Algorithm, SigningKey], algorithm: Algorithm) -> jwk.Key:
    """The key as joserfc decodes it from our PEM."""
    pem = encode_private_pem(keys[algorithm]).decode()
    key_type = encode_jwk(keys[algorithm].verification_key)["kty"]
    return jwk.JWKRegistry.import_key(pem, key_type)


@pytest.fixture
def public(keys: dict[Algorithm, SigningKey], algorithm: Algorithm) -> jwk.Key:
    """The key as joserfc decodes it from our JWK."""
    return jwk.JWKRegistry.import_key({**encode_jwk(keys[algorithm].verification_key)})


@pytest.mark.requirement("JC-1")
@pytest.mark.parametrize("algorithm", Algorithm)
def test_joserfc_verifies_our_token(
    keys: dict[Algorithm, SigningKey], public: jwk.Key, claims: Claims, algorithm: Algorithm
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # the name EdDSA, see RFC 9864
        token = jws.deserialize_compact(sign(claims, keys[algorithm]), public, [algorithm.value])
    assert json.loads(token.payload) == claims


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize("algorithm", Algorithm)
def test_we_verify_the_token_of_joserfc(
    keys: dict[Algorithm, SigningKey],
    private: jwk.Key,
    policy: VerificationPolicy,
    claims: Claims,
    algorithm: Algorithm,
) -> None:
    header = {"alg": algorithm.value, "kid": "key-1"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # the name EdDSA, see RFC 9864
        token = jws.serialize_compact(header, json.dumps(claims), private, [algorithm.value])
    key_set = KeySet((keys[algorithm].verification_key,))
    assert verify(token, key_set, policy).claims == claims


@pytest.mark.requirement("JC-1")
@pytest.mark.parametrize("algorithm", Algorithm)
def test_joserfc_computes_the_same_thumbprint(
    keys: dict[Algorithm, SigningKey], public: jwk.Key, algorithm: Algorithm
) -> None:
    expected = compute_thumbprint(keys[algorithm].verification_key.public_key)
    assert public.thumbprint() == expected


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize("algorithm", sorted(set(Algorithm) - {Algorithm.ED25519}))  # not in PyJWT
def test_we_verify_the_token_of_pyjwt_and_it_ours(
    keys: dict[Algorithm, SigningKey],
    policy: VerificationPolicy,
    claims: Claims,
    algorithm: Algorithm,
) -> None:
    key = keys[algorithm]
    token = jwt.encode(claims, key.private_key, algorithm.value, headers={"kid": "key-1"})
    key_set = KeySet((key.verification_key,))
    assert verify(token, key_set, policy).claims == claims

    reader = jwt.PyJWK(encode_jwk(key.verification_key))
    options = jwt.types.Options(verify_exp=False)
    read = jwt.decode(sign(claims, key), reader, [algorithm.value], options, audience="orders-api")
    assert read == claims
