"""The `screen_…` functions: an error in production, findings elsewhere, none for good input."""

import json
import logging
from array import array
from collections import UserDict, UserString, deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NoReturn

import proxy_guard
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from proxy_guard import screen_jwks, screen_key, screen_token

pytestmark = pytest.mark.requirement("PG-3")

PRODUCTION: Final = {"APP_ENV": "production"}
QA: Final = {"APP_ENV": "qa"}
DEV_JWKS: Final = {"keys": [{"kty": "RSA", "kid": "dev-key"}], "dev_only": True}


def test_refusal_of_a_key_set_is_one_line() -> None:
    with pytest.raises(proxy_guard.GuardRefusedError) as caught:
        screen_jwks(DEV_JWKS, PRODUCTION)

    assert [finding.code for finding in caught.value.findings] == ["dev_jwks", "dev_kid"]
    assert "\n" not in str(caught.value)
    for finding in caught.value.findings:
        assert finding.variable == "the key set"
        assert f"[{finding.code}] {finding.what}" in str(caught.value)


def test_findings_are_returned_outside_production(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        findings = screen_jwks(DEV_JWKS, QA)

    assert [finding.code for finding in findings] == ["dev_jwks", "dev_kid"]
    assert not caplog.records


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENV", "production")

    with pytest.raises(proxy_guard.GuardRefusedError):
        screen_jwks(DEV_JWKS)


@pytest.mark.parametrize("wrap", [dict, MappingProxyType, json.dumps])
def test_key_set_may_be_any_mapping_or_text(wrap: type[object]) -> None:
    assert len(screen_jwks(wrap(DEV_JWKS), QA)) == 2  # type: ignore[call-arg]


def test_key_may_be_any_type_of_bytes(dev_key: rsa.RSAPublicKey) -> None:
    der = dev_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    for key in (der, bytearray(der), memoryview(der)):
        (finding,) = screen_key(key, QA)
        assert finding.what.startswith("the key provides a key of the dev-only token-issuer")
        assert finding.remedy == "Take the key from your production identity provider."


class Unreadable(UserDict[str, object]):
    """A mapping that raises an error when it is read."""

    def __getitem__(self, name: str) -> object:
        raise RuntimeError(name)


class UnreadableList(list[object]):
    """A list that raises an error when it is read."""

    def __iter__(self) -> NoReturn:
        raise RuntimeError


WRAPPERS: Final[dict[str, Callable[[dict[str, str]], object]]] = {
    "UserDict": UserDict,
    "MappingProxyType": MappingProxyType,
    "UserString": lambda jwk: UserString(json.dumps(jwk)),
    "set": lambda jwk: {jwk["n"]},
    "deque": lambda jwk: deque([jwk]),
    "values of a dict": lambda jwk: {"a": jwk}.values(),
    "array": lambda jwk: array("B", jwk["n"].encode()),
    "memoryview": lambda jwk: memoryview(jwk["n"].encode()),
    "memoryview with gaps": lambda jwk: memoryview(jwk["n"].encode("utf-16-le"))[::2],
}


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
def test_key_may_be_in_any_mapping_or_collection(wrap: Callable[..., object]) -> None:
    key = wrap({"kty": "RSA", "n": "zDEVzONLYzTOKENzISSUERzNOTzPRODz" + "abcd" * 78, "e": "AQAB"})

    for document in (key, [key], {"keys": [key]}, MappingProxyType({"keys": (key,)})):
        assert [finding.code for finding in screen_jwks(document, QA)] == ["dev_key"]


@pytest.mark.parametrize("value", [Unreadable(a=1), UnreadableList([1])], ids=["mapping", "list"])
def test_value_that_cannot_be_read_is_refused(value: object) -> None:
    for material in (value, [value], {"keys": value}):
        for findings in (screen_key(material, QA), screen_jwks(material, QA)):
            assert [finding.code for finding in findings] == ["unjudged_keys"]
    (finding,) = screen_token(value, {}, QA)
    assert finding.code == "unjudged_keys"


def test_claims_that_cannot_be_read_are_refused() -> None:
    (finding,) = screen_token({}, Unreadable(iss=1), QA)

    assert finding.code == "unjudged_keys"


@pytest.mark.parametrize(
    ("header", "claims", "code"),
    [
        ({"alg": "RS256", "kid": "dev-key"}, {}, "dev_kid"),
        ({"jku": "http://token-issuer:8081/certs"}, {}, "dev_reference"),
        ({"x5u": "https://t%6Fken-issuer/x"}, {}, "dev_reference"),
        ({"jwk": {"kty": "RSA", "n": "zDEVzONLYzTOKENzISSUERzNOTzPRODzabcd"}}, {}, "dev_key"),
        ({"jku": "harbor-token-issuer"}, {}, "dev_reference"),
        ({"x5u": "harbor-token-issuer"}, {}, "dev_reference"),
        ({}, {"iss": "token_issuer"}, "dev_reference"),
        ({}, {"iss": "harbor-token-issuer/"}, "dev_reference"),
        ({}, {"iss": "https://issuer.local"}, "dev_reference"),
        ({}, {"iss": "http://localhost:8081"}, "dev_reference"),
        ({}, MappingProxyType({"iss": "https://keys.issuer.local"}), "dev_reference"),
    ],
)
def test_token_of_the_simulator_is_refused(
    header: Mapping[str, object], claims: Mapping[str, object], code: str
) -> None:
    (finding,) = screen_token(header, claims, QA)

    assert finding.code == code
    assert finding.variable == "the token"
    with pytest.raises(proxy_guard.GuardRefusedError):
        screen_token(header, claims, PRODUCTION)


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "RS256", "typ": "JWT", "kid": "1f2e"}, {"iss": "https://accounts.google.com"}),
        ({"kid": "a"}, {"sub": "dev-key", "note": "http://token-issuer:8081", "dev_only": True}),
        ({"alg": "RS256"}, {"iss": "harbor-token-issuer"}),
        ({}, {"iss": ["https://issuer.local"]}),
        ({}, {"iss": 7}),
        (None, None),
        ("header", ["claims"]),
        (b"\xff", b"\xff"),
    ],
)
def test_other_tokens_pass(header: object, claims: object) -> None:
    assert screen_token(header, claims, PRODUCTION) == ()


@pytest.mark.parametrize("garbage", [None, 5, 1.5, object(), set(), range(9), "\udcff", b"\xff"])
def test_garbage_has_no_findings(garbage: object) -> None:
    assert screen_key(garbage, PRODUCTION) == ()
    assert screen_jwks(garbage, PRODUCTION) == ()
    assert screen_token(garbage, garbage, PRODUCTION) == ()


def test_refusal_contains_no_part_of_the_key(dev_key: rsa.RSAPublicKey) -> None:
    pem = dev_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    with pytest.raises(proxy_guard.GuardRefusedError) as caught:
        screen_key(pem, PRODUCTION)

    assert not any(line in str(caught.value) for line in pem.splitlines())
