# DEV-ONLY: never ship to production.
"""Signatures of defective tokens: by wrong keys, by wrong algorithms, or changed afterwards."""

import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from jwt_core import Algorithm
from jwt_core.algorithms import get_scheme

from token_issuer.keys.throwaway_keys import get_weak_key
from token_issuer.tokens.defects.ingredients import TokenIngredients

Signer = Callable[[bytes, TokenIngredients], bytes]


def sign_with_good_key(signing_input: bytes, ingredients: TokenIngredients) -> bytes:
    """Sign with the good key and its algorithm."""
    return get_scheme(ingredients.key.algorithm).sign(signing_input, ingredients.key.private_key)


def sign_as_attacker(signing_input: bytes, ingredients: TokenIngredients) -> bytes:
    """Sign with the attacker's key."""
    key = ingredients.attacker_key
    return get_scheme(key.algorithm).sign(signing_input, key.private_key)


def sign_rs512(signing_input: bytes, ingredients: TokenIngredients) -> bytes:
    """Sign with the good RSA key, using RS512 (RFC 7518 §3.3)."""
    key = ingredients.key.private_key
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  # the defect has alg="RS256"
    return key.sign(signing_input, padding.PKCS1v15(), SHA512())


def sign_ps256(signing_input: bytes, ingredients: TokenIngredients) -> bytes:
    """Sign with the good RSA key, using PS256 (RFC 7518 §3.5)."""
    return get_scheme(Algorithm.PS256).sign(signing_input, ingredients.key.private_key)


def sign_hs256(read_secret: Callable[[TokenIngredients], bytes]) -> Signer:
    """Return a signer that uses HS256 with the result of *read_secret* as the secret."""

    def sign(signing_input: bytes, ingredients: TokenIngredients) -> bytes:
        return hmac.digest(read_secret(ingredients), signing_input, "sha256")

    return sign


def sign_with_weak_key(signing_input: bytes, _: TokenIngredients) -> bytes:
    """Sign with the weak key that the fault `weak-key` publishes, using RS256."""
    return get_scheme(Algorithm.RS256).sign(signing_input, get_weak_key())


def change_signature(change: Callable[[bytes], bytes]) -> Signer:
    """Return a signer that applies *change* to the good signature."""

    def sign(signing_input: bytes, ingredients: TokenIngredients) -> bytes:
        return change(sign_with_good_key(signing_input, ingredients))

    return sign
