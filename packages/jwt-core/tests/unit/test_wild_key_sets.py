"""Key sets as issuers publish them: unusable keys are skipped and logged, the others are used."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt_core import (
    Algorithm,
    AlgorithmNotAllowedError,
    InvalidSignatureError,
    KeyFormatError,
    KeySet,
    KeySetFormatError,
    SigningKey,
    UnknownKeyError,
    VerificationKey,
    VerificationPolicy,
    base64url,
    decode_jwk,
    decode_public_key,
    encode_jwk,
    generate_key,
    sign,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.requirement("JC-1"), pytest.mark.requirement("JC-2")]

OPTIONAL: Final = ("use", "alg", "kid", "key_ops", "x5c", "x5t", "x5u", "ext", "d", "k", "oth")
ED25519_NAMES: Final = (Algorithm.EDDSA, Algorithm.ED25519)


UNUSABLE: Final[list[tuple[Callable[[dict[str, str]], object], str]]] = [
    (lambda jwk: {**jwk, "n": jwk["n"] + "=="}, "without padding"),
    (lambda jwk: {**jwk, "n": f" {jwk['n']}"}, "without padding"),
    (lambda jwk: {**jwk, "n": jwk["n"] + "\n"}, "without padding"),
    (lambda jwk: {**jwk, "n": "+/" + jwk["n"]}, "without padding"),
    (lambda jwk: {**jwk, "n": jwk["n"] + "ü"}, "without padding"),
    (lambda jwk: {**jwk, "n": [jwk["n"]]}, "without padding"),
    (lambda jwk: {**jwk, "e": 65537}, "without padding"),
    (lambda jwk: {"kty": "RSA", "kid": "a", "x5c": [jwk["n"]]}, "'x5c' is not read"),
    (lambda jwk: {**jwk, "use": "enc"}, "'use' must be 'sig'"),
    (lambda jwk: {**jwk, "use": "signature"}, "'use' must be 'sig'"),
    (lambda jwk: {**jwk, "key_ops": []}, "'key_ops'"),
    (lambda jwk: {**jwk, "key_ops": ["verify", "verify"]}, "'key_ops'"),
    (lambda jwk: {**jwk, "key_ops": ["encrypt"]}, "'key_ops'"),
    (lambda jwk: {**jwk, "key_ops": "verify"}, "'key_ops'"),
    (lambda jwk: {**jwk, "alg": "rs256"}, "case-sensitive"),
    (lambda jwk: {**jwk, "alg": "RSA-OAEP"}, "unsupported 'alg'"),
    (lambda jwk: {**jwk, "alg": "HS256"}, "unsupported 'alg'"),
    (lambda jwk: {**jwk, "alg": "none"}, "unsupported 'alg'"),
    (lambda jwk: {**jwk, "alg": {"name": "RS256"}}, "unsupported 'alg'"),
    (lambda jwk: {**jwk, "alg": "ES256"}, "does not fit ES256"),
    (lambda jwk: {**jwk, "kid": 7}, "'kid' that is not a string"),
    (lambda jwk: {**jwk, "kid": ["a"]}, "'kid' that is not a string"),
    (lambda jwk: {**jwk, "kty": "rsa"}, "unsupported 'kty'"),
    (lambda jwk: {**jwk, "kty": None}, "unsupported 'kty'"),
    (lambda jwk: {"kid": jwk["kid"]}, "unsupported 'kty'"),
    (lambda _jwk: {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}, "'crv'"),
    (lambda _jwk: {"kty": "OKP", "crv": "X25519", "x": "AA"}, "'crv'"),
    (lambda _jwk: {"kty": "OKP", "crv": "Ed448", "x": "AA"}, "'crv'"),
    (lambda _jwk: {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}, "'kty'"),
    (lambda _jwk: {}, "'kty'"),
    (lambda _jwk: None, "JSON object"),
    (lambda _jwk: "text", "JSON object"),
    (lambda _jwk: [1], "JSON object"),
    (lambda _jwk: 7, "JSON object"),
]


def pad_left(text: str, zeros: int = 1) -> str:
    return base64url.encode(bytes(zeros) + base64url.decode(text))


def find_short_key() -> VerificationKey:
    """Find a P-256 key of which one coordinate begins with a zero byte; one in 128 has."""
    candidates = (ec.derive_private_key(n, ec.SECP256R1()).public_key() for n in range(1, 10_000))
    short = next(key for key in candidates if key.public_numbers().x >> 248 == 0)
    return VerificationKey(short, Algorithm.ES256, "short")


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("names", [*((name,) for name in OPTIONAL), OPTIONAL], ids=",".join)
def test_null_is_the_same_as_an_absent_member(
    keys: dict[Algorithm, SigningKey], algorithm: Algorithm, names: tuple[str, ...]
) -> None:
    jwk: dict[str, Any] = {**encode_jwk(keys[algorithm].verification_key)}
    absent = {name: value for name, value in jwk.items() if name not in names}
    assert decode_jwk({**jwk, **dict.fromkeys(names)}) == decode_jwk(absent)


@pytest.mark.parametrize("zeros", [1, 2, 200])
def test_leading_zero_bytes_of_numbers_are_accepted(key: SigningKey, zeros: int) -> None:
    jwk = encode_jwk(key.verification_key)
    for names in (("n",), ("e",), ("n", "e")):
        padded = {name: pad_left(jwk[name], zeros) for name in names}
        assert decode_jwk({**jwk, **padded}) == key.verification_key


def test_coordinates_with_too_few_or_too_many_zero_bytes_are_accepted() -> None:
    short = find_short_key()
    jwk = encode_jwk(short)
    for x in (base64url.encode(base64url.decode(jwk["x"])[1:]), pad_left(jwk["x"])):
        assert decode_jwk({**jwk, "x": x}) == short
    assert decode_jwk({**jwk, "y": pad_left(jwk["y"])}) == short
    too_long = base64url.encode(b"\1" + base64url.decode(jwk["x"]))
    with pytest.raises(KeyFormatError, match="'x' must be a number of 32 bytes"):
        decode_jwk({**jwk, "x": too_long})


@pytest.mark.parametrize(
    "change",
    [
        {"x5c": ["AAAA"]},
        {"x5c": "not a list"},
        {"x5t": "not-checked", "x5t#S256": 7, "x5u": ["?"]},
        {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"},
        {"cloud_instance_name": "microsoftonline.com"},
        {"exp": 1, "nbf": 2, "iat": None},
        {"ext": True, "list": [1, {"a": [None]}], "object": {"d": "nested"}, "": ""},
        {"kid": ""},
        {"kid": "Schlüssel 鍵 \u202e\n"},
        {"kid": "x" * 100_000},
        {"key_ops": ["sign", "verify"]},
        {"key_ops": ["verify", "unheard-of", 7]},
        {"crv": "ignored for RSA"},
    ],
    ids=str,
)
def test_other_members_change_nothing(key: SigningKey, change: dict[str, Any]) -> None:
    jwk = {**encode_jwk(key.verification_key), **change}
    assert decode_jwk(jwk).public_key == key.verification_key.public_key


@pytest.mark.parametrize(("change", "expected"), UNUSABLE, ids=range(len(UNUSABLE)))
def test_entry_that_cannot_be_used_is_skipped_and_logged_with_its_reason(
    key: SigningKey,
    change: Callable[[dict[str, str]], object],
    expected: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    jwk = encode_jwk(key.verification_key)
    bad = change(jwk)
    for document in ({"keys": [bad, jwk]}, {"keys": [jwk, bad]}):
        caplog.clear()
        assert KeySet.from_document(document).keys == (key.verification_key,)
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert f"skipped keys[{document['keys'].index(bad)}]" in record.getMessage()
        assert expected in record.getMessage()
        assert jwk["n"] not in record.getMessage()


def test_the_same_key_twice_is_used_once(
    keys: dict[Algorithm, SigningKey], caplog: pytest.LogCaptureFixture
) -> None:
    for algorithm, key in keys.items():
        jwk = encode_jwk(key.verification_key)
        twice = [jwk, dict(reversed(jwk.items())), {**jwk, "x5t": "other"}, {**jwk, "use": None}]
        assert KeySet.from_document({"keys": twice}).keys == (key.verification_key,)
        nameless = {name: value for name, value in jwk.items() if name != "kid"}
        key_set = KeySet.from_document({"keys": [nameless, nameless]})
        assert key_set.select("any", algorithm)[0].public_key == key.verification_key.public_key
    assert not caplog.records


def test_one_key_under_several_kids_is_not_ambiguous(key: SigningKey) -> None:
    jwk: dict[str, Any] = {**encode_jwk(key.verification_key)}
    key_set = KeySet.from_document({"keys": [jwk, {**jwk, "kid": "b"}, {**jwk, "kid": None}]})
    for kid in ("key-1", "b"):
        assert key_set.select(kid, Algorithm.RS256)[0].kid == kid
    for other in (None, "c"):
        assert key_set.select(other, Algorithm.RS256)[0].kid is None
    named = KeySet.from_document({"keys": [jwk, {**jwk, "kid": "b"}]})
    assert named.select(None, Algorithm.RS256)[0].public_key == key.verification_key.public_key
    with pytest.raises(UnknownKeyError):
        named.select("c", Algorithm.RS256)


def test_each_key_of_a_kid_verifies_its_tokens(
    keys: dict[Algorithm, SigningKey],
    claims: dict[str, object],
    policy: VerificationPolicy,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for algorithm in keys:
        allowing = replace(policy, algorithms=frozenset({algorithm}))
        same_kid = [generate_key(algorithm, kid="a") for _ in range(4)]
        other = generate_key(algorithm, kid="b")
        members = [encode_jwk(key.verification_key) for key in (*same_kid, other)]
        key_set = KeySet.from_document({"keys": members})
        for key in (*same_kid, other):
            assert verify(sign(claims, key), key_set, allowing).header["kid"] == key.kid
        stranger = generate_key(algorithm, kid="a")
        with pytest.raises(InvalidSignatureError):
            verify(sign(claims, stranger), key_set, allowing)
    assert not caplog.records


def test_too_many_keys_of_one_kid_are_skipped(
    key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    same_kid = [generate_key(Algorithm.ES256, kid="a").verification_key for _ in range(5)]
    members = [encode_jwk(each) for each in (*same_kid[:2], key.verification_key, *same_kid[2:])]
    assert KeySet.from_document({"keys": members}).keys == (key.verification_key,)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 5
    assert all("more than 4 keys" in message for message in messages)
    assert "keys[0] (kid 'a')" in messages[0]
    assert "keys[5] (kid 'a')" in messages[4]
    with pytest.raises(KeySetFormatError, match="same 'kid' and algorithm"):
        KeySet.from_document({"keys": [*members[:2], *members[3:]]})


def test_kid_of_keys_of_different_algorithms_is_not_ambiguous(
    keys: dict[Algorithm, SigningKey], caplog: pytest.LogCaptureFixture
) -> None:
    members = [encode_jwk(key.verification_key) for key in keys.values()]
    assert len(KeySet.from_document({"keys": members}).keys) == len(Algorithm)
    assert not caplog.records


@pytest.mark.parametrize(
    "secret",
    [{"kty": "oct", "k": "AA"}, {"kty": "oct"}, {"kty": "oct", "k": None}, {"d": "AA"}, {"p": ""}],
    ids=str,
)
def test_set_with_a_secret_is_rejected(key: SigningKey, secret: dict[str, Any]) -> None:
    with pytest.raises(KeySetFormatError, match=r"keys\[1\].*private or symmetric"):
        KeySet.from_document({"keys": [encode_jwk(key.verification_key), secret]})


def test_a_thousand_keys_are_usable(key: SigningKey) -> None:
    jwk = encode_jwk(key.verification_key)
    points = [ec.derive_private_key(n, ec.SECP256R1()).public_key() for n in range(1, 1001)]
    named = [encode_jwk(VerificationKey(p, Algorithm.ES256, f"k{i}")) for i, p in enumerate(points)]
    key_set = KeySet.from_document({"keys": [*named, jwk]})
    assert len(key_set.keys) == 1001
    assert key_set.select("k999", Algorithm.ES256)[0].public_key == points[-1]
    assert key_set.select(None, Algorithm.RS256) == (key.verification_key,)


@pytest.mark.parametrize("alg_of_key", [None, *ED25519_NAMES])
@pytest.mark.parametrize("alg", ED25519_NAMES)
def test_policy_decides_which_name_of_the_signature_is_accepted(
    keys: dict[Algorithm, SigningKey],
    claims: dict[str, object],
    policy: VerificationPolicy,
    alg: Algorithm,
    alg_of_key: Algorithm | None,
) -> None:
    key = keys[Algorithm.EDDSA]
    jwk = {**encode_jwk(key.verification_key), "alg": alg_of_key}
    key_set = KeySet.from_document({"keys": [jwk]})
    signer = SigningKey(key.private_key, alg, "key-1")
    token = sign(claims, signer)
    for kid in ("key-1", None):
        named = sign(claims, signer, headers={"kid": kid})
        assert verify(named, key_set, replace(policy, algorithms=frozenset({alg}))).claims == claims
    (other,) = set(ED25519_NAMES) - {alg}
    with pytest.raises(AlgorithmNotAllowedError):
        verify(token, key_set, replace(policy, algorithms=frozenset({other})))
    with pytest.raises(AlgorithmNotAllowedError):
        verify(token, key_set, replace(policy, algorithms=frozenset(Algorithm) - {alg}))


def test_key_of_the_exact_name_comes_first(keys: dict[Algorithm, SigningKey]) -> None:
    old, new = (keys[name].verification_key for name in ED25519_NAMES)
    key_set = KeySet((old, new))
    for key in (old, new):
        assert key_set.select("key-1", key.algorithm) == (key,)
        assert key_set.select(None, key.algorithm) == (key,)


def test_requested_algorithm_applies_to_a_jwk_that_states_none(
    keys: dict[Algorithm, SigningKey],
) -> None:
    for algorithm, key in keys.items():
        jwk = json.dumps({**encode_jwk(key.verification_key), "alg": None})
        assert decode_public_key(jwk, algorithm=algorithm) == key.verification_key
