from typing import Any

import pytest
from jwt_core import (
    Algorithm,
    KeySet,
    KeySetFormatError,
    SigningKey,
    UnknownKeyError,
    VerificationKey,
    encode_jwk,
    generate_key,
)

pytestmark = [pytest.mark.requirement("JC-1"), pytest.mark.requirement("JC-2")]


@pytest.fixture
def jwk(key: SigningKey) -> dict[str, str]:
    return encode_jwk(key.verification_key)


def test_set_round_trips_with_one_name_for_several_algorithms(
    keys: dict[Algorithm, SigningKey],
) -> None:
    key_set = KeySet(tuple(key.verification_key for key in keys.values()))
    document = key_set.to_document()
    assert KeySet.from_document(document) == key_set
    for algorithm, key in keys.items():
        assert key_set.select("key-1", algorithm) == (key.verification_key,)


def test_unusable_members_are_skipped_and_unknown_ones_ignored(
    key: SigningKey, jwk: dict[str, str]
) -> None:
    others: list[dict[str, Any]] = [
        {**jwk, "use": "enc"},
        {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
        {**jwk, "alg": "RS512"},
        {},
    ]
    document = {"keys": [*others, jwk], "dev_only": True}
    assert KeySet.from_document(document).keys == (key.verification_key,)


@pytest.mark.parametrize(
    "document",
    [{}, {"keys": None}, {"keys": {}}, {"keys": "x"}, {"keys": 1}, {"Keys": []}],
)
def test_document_that_is_no_key_set_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(KeySetFormatError, match="not a JWK Set"):
        KeySet.from_document(document)


def test_document_without_usable_key_is_refused_with_each_reason(jwk: dict[str, str]) -> None:
    with pytest.raises(KeySetFormatError, match=r"no usable key$"):
        KeySet.from_document({"keys": []})
    with pytest.raises(KeySetFormatError, match=r"keys\[0\].*'use'.*keys\[1\].*'kty'"):
        KeySet.from_document({"keys": [{**jwk, "use": "enc"}, {"kty": "AKP"}]})


@pytest.mark.parametrize("secret", [{"kty": "RSA", "d": "AA"}, {"kty": "oct", "k": "AA"}])
def test_document_that_gives_a_secret_away_is_refused_as_a_whole(
    jwk: dict[str, str], secret: dict[str, str]
) -> None:
    with pytest.raises(KeySetFormatError, match=r"keys\[1\].*private or symmetric"):
        KeySet.from_document({"keys": [jwk, secret]})


def test_more_than_four_keys_of_one_name_and_algorithm_are_refused() -> None:
    keys = tuple(generate_key(Algorithm.ES256, kid="a").verification_key for _ in range(5))
    assert KeySet(keys[:4]).select("a", Algorithm.ES256) == keys[:4]
    with pytest.raises(KeySetFormatError, match=r"more than 4 keys .* same 'kid' and algorithm"):
        KeySet(keys)


def test_empty_set_is_refused() -> None:
    with pytest.raises(KeySetFormatError, match="empty"):
        KeySet(())


def rename(key: SigningKey, kid: str | None) -> VerificationKey:
    return VerificationKey(key.verification_key.public_key, key.algorithm, kid)


def test_key_is_selected_by_kid_and_algorithm(key: SigningKey, other_key: SigningKey) -> None:
    key_set = KeySet((rename(key, "a"), rename(other_key, "b")))
    assert key_set.select("b", Algorithm.RS256) == (rename(other_key, "b"),)
    for kid, algorithm in [("c", Algorithm.RS256), ("a", Algorithm.PS256), ("A", Algorithm.RS256)]:
        with pytest.raises(UnknownKeyError) as caught:
            key_set.select(kid, algorithm)
        assert caught.value.kid == kid


def test_without_kid_only_a_sole_key_of_the_algorithm_is_selected(
    keys: dict[Algorithm, SigningKey], key: SigningKey, other_key: SigningKey
) -> None:
    mixed = KeySet((rename(key, "a"), keys[Algorithm.ES256].verification_key))
    assert mixed.select(None, Algorithm.RS256) == (rename(key, "a"),)
    with pytest.raises(UnknownKeyError, match="has no 'kid'"):
        KeySet((rename(key, "a"), rename(other_key, "b"))).select(None, Algorithm.RS256)


def test_nameless_key_serves_any_kid_only_where_it_is_the_sole_one(
    key: SigningKey, other_key: SigningKey
) -> None:
    assert KeySet((rename(key, None),)).select("x", Algorithm.RS256) == (rename(key, None),)
    ambiguous = KeySet((rename(key, None), rename(other_key, "b")))
    assert ambiguous.select("b", Algorithm.RS256) == (rename(other_key, "b"),)
    for kid in ("x", None):
        with pytest.raises(UnknownKeyError):
            ambiguous.select(kid, Algorithm.RS256)
