# DEV-ONLY: never ship to production.
"""Signatures that jwt_core would never make, and the good ones to compare them with."""

import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from jwt_core import Algorithm
from jwt_core.algorithms import get_scheme

from token_issuer.keys.throwaway_keys import get_weak_key
from token_issuer.tokens.defects.ingredients import TokenIngredients

Signer = Callable[[bytes, TokenIngredients], bytes]


def sign_properly(signing_input: bytes, material: TokenIngredients) -> bytes:
    """Sign with the good key and its algorithm."""
    return get_scheme(material.key.algorithm).sign(signing_input, material.key.private_key)


def sign_as_attacker(signing_input: bytes, material: TokenIngredients) -> bytes:
    """Sign with the attacker's key."""
    key = material.attacker_key
    return get_scheme(key.algorithm).sign(signing_input, key.private_key)


def sign_rs512(signing_input: bytes, material: TokenIngredients) -> bytes:
    """Sign with the good RSA key by RS512 (RFC 7518 §3.3)."""
    key = material.key.private_key
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  # the defect asks for an RS256 key
    return key.sign(signing_input, padding.PKCS1v15(), SHA512())


def sign_ps256(signing_input: bytes, material: TokenIngredients) -> bytes:
    """Sign with the good RSA key by PS256 (RFC 7518 §3.5)."""
    return get_scheme(Algorithm.PS256).sign(signing_input, material.key.private_key)


def sign_hs256(read_secret: Callable[[TokenIngredients], bytes]) -> Signer:
    """Return a signer by HS256, whose secret is the public key in one of its encodings."""

    def sign(signing_input: bytes, material: TokenIngredients) -> bytes:
        return hmac.digest(read_secret(material), signing_input, "sha256")

    return sign


def sign_weakly(signing_input: bytes, _: TokenIngredients) -> bytes:
    """Sign by RS256 with the weak key that the key endpoint fault `weak-key` publishes."""
    return get_scheme(Algorithm.RS256).sign(signing_input, get_weak_key())


def change_signature(change: Callable[[bytes], bytes]) -> Signer:
    """Return a signer that changes the good signature afterwards."""

    def sign(signing_input: bytes, material: TokenIngredients) -> bytes:
        return change(sign_properly(signing_input, material))

    return sign
