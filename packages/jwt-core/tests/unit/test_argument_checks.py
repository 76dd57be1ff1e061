"""An argument of the wrong type is reported by name when the object is built."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt_core import (
    Algorithm,
    KeyFormatError,
    KeySet,
    KeySetFormatError,
    SigningKey,
    VerificationKey,
    VerificationPolicy,
    decode_jwk,
    decode_private_pem,
    decode_public_key,
    encode_private_pem,
    encode_public_pem,
    generate_key,
)
from jwt_core.remote import RemoteKeySet

pytestmark = pytest.mark.requirement("JC-2")

SECRET: Final = "c2VjcmV0"


async def fetch_time() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"issuer": None}, "issuer: expected str, got NoneType; write issuer='...'"),
        ({"issuer": b"https://a"}, "issuer: expected str, got bytes; decode it first"),
        ({"audience": None}, "audience: expected str, got NoneType"),
        ({"audience": 7}, "audience: expected str, got int"),
        ({"audience": b"api"}, "audience: expected str, got bytes; decode it first"),
        ({"audience": ["api"]}, "audience: expected frozenset of str, got list of str; write"),
        ({"audience": {"api"}}, "audience: expected frozenset of str, got set of str"),
        ({"audience": ()}, "audience: expected frozenset of str, got tuple"),
        ({"audience": frozenset({"a", 1})}, "got frozenset of int and str"),
        (
            {"algorithms": {"RS256"}},
            "frozenset of Algorithm, got set of str; write algorithms=frozenset({Algorithm.RS256})",
        ),
        ({"algorithms": frozenset({"es256"})}, "frozenset({Algorithm.ES256})"),
        ({"algorithms": "EdDSA"}, "got str; write algorithms=frozenset({Algorithm.EDDSA})"),
        ({"algorithms": Algorithm.PS256}, "got Algorithm; write algorithms=frozenset({Algorithm.P"),
        ({"algorithms": [Algorithm.RS256, "ES256"]}, "got list of Algorithm and str; write algo"),
        ({"algorithms": {"HS256"}}, "frozenset({Algorithm.RS256, Algorithm.PS256, Algorithm.ES256"),
        ({"algorithms": None}, "algorithms: expected frozenset of Algorithm, got NoneType"),
        ({"leeway": 30}, "leeway: expected timedelta, got int; write leeway=timedelta(seconds=30)"),
        ({"leeway": 0.5}, "got float; write leeway=timedelta(seconds=0.5)"),
        ({"leeway": True}, "leeway: expected timedelta, got bool; write"),
        ({"leeway": "30"}, "leeway: expected timedelta, got str"),
        ({"leeway": None}, "leeway: expected timedelta, got NoneType"),
        ({"clock": None}, "clock: expected function, got NoneType; use a function such as lambda"),
        ({"clock": datetime(2030, 1, 1, tzinfo=UTC)}, "clock: expected function, got datetime"),
        ({"clock": lambda: 1893456000.0}, "clock(): expected datetime, got float"),
        ({"clock": fetch_time}, "clock: expected function, got coroutine function"),
    ],
)
def test_policy_names_the_argument(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(TypeError) as caught:
        VerificationPolicy(**{"issuer": "https://a.example", "audience": "api", **change})
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"jwks_uri": None}, "jwks_uri: expected str, got NoneType"),
        ({"jwks_uri": b"https://a"}, "jwks_uri: expected str, got bytes; decode it first"),
        ({"timeout": 5}, "timeout: expected timedelta, got int; write timeout=timedelta(seconds=5"),
        ({"cooldown": 30.0}, "cooldown: expected timedelta, got float; write cooldown=timedelta("),
        ({"failure_cooldown": None}, "failure_cooldown: expected timedelta, got NoneType"),
        ({"default_lifetime": "300"}, "default_lifetime: expected timedelta, got str"),
        ({"min_lifetime": 10}, "min_lifetime: expected timedelta, got int"),
        ({"max_lifetime": False}, "max_lifetime: expected timedelta, got bool"),
        ({"stale_limit": 86400}, "write stale_limit=timedelta(seconds=86400)"),
        ({"max_document_bytes": 1e6}, "max_document_bytes: expected int, got float; write a numb"),
        ({"max_document_bytes": True}, "max_document_bytes: expected int, got bool"),
        ({"trust_env": "false"}, "trust_env: expected bool, got str; write True or False"),
        ({"document_validator": "screen"}, "document_validator: expected function, got str"),
        ({"document_validator": fetch_time}, "document_validator: expected function, got corout"),
        ({"clock": 5.0}, "clock: expected function, got float; use a function that returns"),
        ({"clock": datetime.now}, "clock(): expected int | float, got datetime; use a function"),
    ],
)
def test_remote_key_set_names_the_argument(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(TypeError) as caught:
        RemoteKeySet(**{"jwks_uri": "https://a.example/jwks.json", **change})
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"algorithm": "ES256"}, "algorithm: expected Algorithm, got str; write Algorithm.ES256"),
        ({"algorithm": "HS256"}, "write one of Algorithm.RS256, Algorithm.PS256, Algorithm.ES256"),
        ({"algorithm": None}, "algorithm: expected Algorithm, got NoneType"),
        ({"kid": b"key-1"}, "kid: expected str, got bytes; decode it first"),
        ({"kid": 1}, "kid: expected str, got int; write kid='...'"),
    ],
)
def test_keys_name_the_argument(
    keys: dict[Algorithm, SigningKey], change: dict[str, Any], expected: str
) -> None:
    private_key = keys[Algorithm.ES256].private_key
    rest = {"algorithm": Algorithm.ES256, "kid": "key-1", **change}
    with pytest.raises(TypeError) as caught:
        SigningKey(private_key, **rest)
    assert expected in str(caught.value)
    with pytest.raises(TypeError) as caught:
        VerificationKey(private_key.public_key(), **rest)
    assert expected in str(caught.value)
    with pytest.raises(TypeError) as caught:
        generate_key(**rest)
    assert expected in str(caught.value)


@pytest.mark.parametrize("key", [None, SECRET, SECRET.encode(), {"k": SECRET}], ids=type)
def test_anything_but_a_key_object_is_rejected_without_quoting_it(key: Any) -> None:
    with pytest.raises(TypeError, match=r"public_key: .*decode_public_key") as caught:
        VerificationKey(key, Algorithm.RS256, None)
    assert SECRET not in str(caught.value)
    with pytest.raises(TypeError, match=r"private_key: .*decode_private_pem") as caught:
        SigningKey(key, Algorithm.RS256, "key-1")
    assert SECRET not in str(caught.value)


def test_private_and_public_keys_are_told_apart(key: SigningKey) -> None:
    private_key: Any = key.private_key
    signing_key: Any = key
    with pytest.raises(TypeError, match=r"pass private_key\.public_key\(\)"):
        VerificationKey(private_key, Algorithm.RS256, None)
    with pytest.raises(TypeError, match="got SigningKey; use its verification_key"):
        VerificationKey(signing_key, Algorithm.RS256, None)
    with pytest.raises(TypeError, match="expected a private key object"):
        SigningKey(private_key.public_key(), Algorithm.RS256, "key-1")


def test_unsupported_kind_of_private_key_is_a_format_error() -> None:
    private_key = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(KeyFormatError, match="does not fit ES256"):
        SigningKey(private_key, Algorithm.ES256, "key-1")


def test_key_set_takes_a_tuple_of_verification_keys(key: SigningKey) -> None:
    wrong: list[tuple[Any, str]] = [
        (None, "got NoneType; write KeySet(tuple(keys))"),
        (key.verification_key, "got VerificationKey; write KeySet((key,))"),
        ([key.verification_key], "got list of VerificationKey; write KeySet(tuple(keys))"),
        ((key,), "got tuple of SigningKey; pass the verification_key of each SigningKey"),
        (key, "got SigningKey; pass the verification_key of each SigningKey"),
        ({"keys": []}, "decode a JWK Set with KeySet.from_document"),
    ]
    for keys, expected in wrong:
        with pytest.raises(TypeError) as caught:
            KeySet(keys)
        assert "keys: expected tuple of VerificationKey" in str(caught.value)
        assert expected in str(caught.value)


def test_pem_as_text_and_key_text_as_bytes_are_named(key: SigningKey) -> None:
    pem: Any = encode_private_pem(key)
    with pytest.raises(TypeError, match="data: expected bytes, got str; encode"):
        decode_private_pem(pem.decode())
    with pytest.raises(TypeError, match=r"write Algorithm\.RS256"):
        decode_private_pem(pem, algorithm="RS256")  # type: ignore[arg-type]  # the mistake
    public_pem: Any = encode_public_pem(key)
    with pytest.raises(TypeError, match="text: expected str, got bytes; decode it first"):
        decode_public_key(public_pem)
    with pytest.raises(TypeError, match=r"write Algorithm\.PS256"):
        decode_public_key(public_pem.decode(), algorithm="PS256")  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize("document", [None, [], "{}", b"{}", 1], ids=type)
def test_parsed_json_that_is_not_an_object_is_a_format_error(document: Any) -> None:
    with pytest.raises(KeySetFormatError, match="expected a JSON object"):
        KeySet.from_document(document)
    with pytest.raises(KeyFormatError, match="expected a JSON object"):
        decode_jwk(document)
