"""Verification as a whole, with the attacks that have succeeded against other verifiers."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jwt_core import (
    Algorithm,
    AlgorithmNotAllowedError,
    InvalidClaimError,
    InvalidSignatureError,
    KeySet,
    MalformedTokenError,
    SigningKey,
    TokenExpiredError,
    UnknownKeyError,
    VerificationPolicy,
    base64url,
    encode_public_pem,
    sign,
    verify,
)
from jwt_core.algorithms import get_scheme

pytestmark = pytest.mark.requirement("JC-2")

Claims = dict[str, object]


@pytest.fixture
def key_set(keys: dict[Algorithm, SigningKey]) -> KeySet:
    return KeySet(tuple(key.verification_key for key in keys.values()))


def sign_raw(header: object, payload: bytes, key: SigningKey) -> str:
    """Sign any header and payload, acceptable or not."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    signing_input = f"{base64url.encode(text)}.{base64url.encode(payload)}"
    signature = get_scheme(key.algorithm).sign(signing_input.encode(), key.private_key)
    return f"{signing_input}.{base64url.encode(signature)}"


@pytest.mark.parametrize("algorithm", Algorithm)
def test_token_of_each_algorithm_verifies(
    keys: dict[Algorithm, SigningKey],
    key_set: KeySet,
    claims: Claims,
    policy: VerificationPolicy,
    algorithm: Algorithm,
) -> None:
    verified = verify(sign(claims, keys[algorithm]), key_set, policy)
    assert verified.claims == claims
    assert verified.header == {"alg": algorithm.value, "typ": "JWT", "kid": "key-1"}


@pytest.mark.parametrize("algorithm", Algorithm)
def test_algorithm_outside_the_policy_is_refused_although_the_key_is_known(
    keys: dict[Algorithm, SigningKey],
    key_set: KeySet,
    claims: Claims,
    policy: VerificationPolicy,
    algorithm: Algorithm,
) -> None:
    others = replace(policy, algorithms=frozenset(Algorithm) - {algorithm})
    with pytest.raises(AlgorithmNotAllowedError):
        verify(sign(claims, keys[algorithm]), key_set, others)


def test_default_policy_allows_rs256_only() -> None:
    policy = VerificationPolicy(issuer="i", audience="a")
    assert policy.algorithms == {Algorithm.RS256}
    assert abs(policy.clock() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "HS256", "RS512", "rs256", "RS256 ", "ES256K", "ed25519", ""]
)
def test_foreign_algorithm_is_refused_even_with_a_good_signature(
    key: SigningKey, key_set: KeySet, policy: VerificationPolicy, claims: Claims, alg: str
) -> None:
    header = {"alg": alg, "kid": "key-1"}
    with pytest.raises(AlgorithmNotAllowedError):
        verify(sign_raw(header, json.dumps(claims).encode(), key), key_set, policy)


def test_public_key_as_hmac_secret_is_refused(
    key: SigningKey, key_set: KeySet, policy: VerificationPolicy, claims: Claims
) -> None:
    pem = encode_public_pem(key)
    for alg, error in [("HS256", AlgorithmNotAllowedError), ("RS256", InvalidSignatureError)]:
        header = base64url.encode(json.dumps({"alg": alg, "kid": "key-1"}).encode())
        signing_input = f"{header}.{base64url.encode(json.dumps(claims).encode())}"
        mac = hmac.new(pem, signing_input.encode(), hashlib.sha256).digest()
        with pytest.raises(error):
            verify(f"{signing_input}.{base64url.encode(mac)}", key_set, policy)


def test_signature_of_another_algorithm_with_the_same_rsa_key_is_refused(
    key: SigningKey, policy: VerificationPolicy, claims: Claims
) -> None:
    pss = SigningKey(key.private_key, Algorithm.PS256, "key-1")
    both = KeySet((key.verification_key, pss.verification_key))
    payload = json.dumps(claims).encode()
    with pytest.raises(InvalidSignatureError):
        verify(sign_raw({"alg": "RS256", "kid": "key-1"}, payload, pss), both, policy)
    with pytest.raises(InvalidSignatureError):
        verify(sign_raw({"alg": "PS256", "kid": "key-1"}, payload, key), both, policy)
    with pytest.raises(UnknownKeyError):
        verify(sign(claims, pss), KeySet((key.verification_key,)), policy)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RS256", "crit": ["exp"], "exp": 1},
        {"alg": "RS256", "crit": []},
        {"alg": "RS256", "crit": None},
        {"alg": "RS256", "crit": ["b64"], "b64": True},
        {"alg": "RS256", "b64": False},
        {"alg": "RS256", "b64": True},
        {"alg": "RS256", "kid": 1},
        {"alg": "RS256", "kid": None},
        {"alg": "RS256", "kid": ["key-1"]},
        {"alg": "RS256", "typ": "JWE"},
        {"alg": "RS256", "typ": "logout+jwt"},
        {"alg": "RS256", "typ": "dpop+jwt"},
        {"alg": "RS256", "typ": "JWT "},
        {"alg": "RS256", "typ": ""},
        {"alg": "RS256", "typ": None},
        {"alg": "RS256", "typ": 1},
        {"alg": "RS256", "cty": "JWT"},
        {"alg": "RS256", "cty": "application/jwt"},
        {"alg": "RS256", "cty": 1},
        {"alg": ["RS256"]},
        {"alg": None},
        {"alg": 256},
        {},
        b'{"alg":"none","alg":"RS256"}',
        b'{"alg":"RS256","kid":"a","kid":"key-1"}',
        b'{"alg":"RS256","x":NaN}',
        b'\xef\xbb\xbf{"alg":"RS256"}',
        '{"alg":"RS256"}'.encode("utf-16"),
        b'["RS256"]',
        b"{",
    ],
)
def test_header_that_cannot_be_trusted_is_malformed(
    key: SigningKey, key_set: KeySet, policy: VerificationPolicy, claims: Claims, header: object
) -> None:
    with pytest.raises(MalformedTokenError):
        verify(sign_raw(header, json.dumps(claims).encode(), key), key_set, policy)


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"]
)
def test_type_of_a_token_is_accepted_in_any_case_and_with_prefix(
    key: SigningKey, key_set: KeySet, policy: VerificationPolicy, claims: Claims, typ: str
) -> None:
    verify(sign(claims, key, headers={"typ": typ}), key_set, policy)


def test_content_type_other_than_a_nested_token_is_let_be(
    key: SigningKey, key_set: KeySet, policy: VerificationPolicy, claims: Claims
) -> None:
    verify(sign(claims, key, headers={"cty": "json"}), key_set, policy)


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "x5t"])
def test_key_that_a_token_brings_along_is_not_used(
    key_set: KeySet, other_key: SigningKey, policy: VerificationPolicy, claims: Claims, name: str
) -> None:
    brought = KeySet((other_key.verification_key,)).to_document()["keys"][0]
    with pytest.raises(InvalidSignatureError):
        verify(sign(claims, other_key, headers={name: brought}), key_set, policy)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"not JSON",
        b'{"exp":1,"exp":9999999999}',
        b'{"exp":NaN}',
        b'{"exp":1e999}',
        b'{"sub":"\\ud800"}',
        b"[" * 8000,
        b"\xff",
    ],
)
def test_signed_payload_that_is_not_one_json_object_is_malformed(
    key: SigningKey, key_set: KeySet, policy: VerificationPolicy, payload: bytes
) -> None:
    with pytest.raises(MalformedTokenError):
        verify(sign_raw({"alg": "RS256", "kid": "key-1"}, payload, key), key_set, policy)


def test_payload_is_not_parsed_before_the_signature_holds(
    other_key: SigningKey, key_set: KeySet, policy: VerificationPolicy
) -> None:
    with pytest.raises(InvalidSignatureError):
        verify(sign_raw({"alg": "RS256", "kid": "key-1"}, b"not JSON", other_key), key_set, policy)


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _signature: b"",
        lambda signature: signature[:-1],
        lambda signature: signature + b"\x00",
        lambda signature: b"\x00" + signature,
        lambda signature: bytes(len(signature)),
        lambda signature: b"\xff" * len(signature),
        lambda signature: signature * 2,
    ],
    ids=["empty", "shorter", "longer", "zero-first", "zeros", "ones", "twice"],
)
def test_signature_of_wrong_length_or_value_is_refused(
    keys: dict[Algorithm, SigningKey],
    key_set: KeySet,
    policy: VerificationPolicy,
    claims: Claims,
    algorithm: Algorithm,
    spoil: Callable[[bytes], bytes],
) -> None:
    head, _, signature = sign(claims, keys[algorithm]).rpartition(".")
    spoilt = base64url.encode(spoil(base64url.decode(signature)))
    with pytest.raises(InvalidSignatureError):
        verify(f"{head}.{spoilt}", key_set, policy)


def test_ecdsa_signature_in_der_is_refused(
    keys: dict[Algorithm, SigningKey], key_set: KeySet, policy: VerificationPolicy, claims: Claims
) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    head, _, signature = sign(claims, keys[Algorithm.ES256]).rpartition(".")
    raw = base64url.decode(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    with pytest.raises(InvalidSignatureError):
        verify(f"{head}.{base64url.encode(der)}", key_set, policy)


def test_claims_are_validated_with_clock_leeway_and_audiences_of_the_policy(
    key: SigningKey, key_set: KeySet, policy: VerificationPolicy, claims: Claims
) -> None:
    token = sign(claims, key)
    later = policy.clock() + timedelta(seconds=60)
    with pytest.raises(TokenExpiredError):
        verify(token, key_set, replace(policy, clock=lambda: later))
    verify(token, key_set, replace(policy, clock=lambda: later, leeway=timedelta(seconds=1)))
    verify(token, key_set, replace(policy, audience=frozenset({"orders-api", "web"})))
    with pytest.raises(InvalidClaimError, match="aud"):
        verify(token, key_set, replace(policy, audience="orders"))
    with pytest.raises(InvalidClaimError, match="iss"):
        verify(token, key_set, replace(policy, issuer="https://issuer.example.com/"))


def test_clock_without_time_zone_is_rejected_at_construction(policy: VerificationPolicy) -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(policy, clock=lambda: datetime(2030, 1, 1))  # noqa: DTZ001  # on purpose


def test_clock_that_loses_its_time_zone_is_rejected(
    token: str, key_set: KeySet, policy: VerificationPolicy
) -> None:
    times = iter([datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 1)])  # noqa: DTZ001  # on purpose
    with pytest.raises(ValueError, match="time zone"):
        verify(token, key_set, replace(policy, clock=lambda: next(times)))


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": ""},
        {"audience": ""},
        {"audience": frozenset()},
        {"audience": frozenset({"a", ""})},
        {"algorithms": frozenset()},
        {"leeway": timedelta(seconds=-1)},
    ],
)
def test_policy_that_would_bind_nothing_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        VerificationPolicy(**{"issuer": "i", "audience": "a", **change})


def test_refusals_never_quote_the_token(
    other_token: str, key_set: KeySet, policy: VerificationPolicy
) -> None:
    with pytest.raises(InvalidSignatureError) as caught:
        verify(other_token, key_set, policy)
    assert not any(part in f"{caught.value!r}" for part in other_token.split("."))
