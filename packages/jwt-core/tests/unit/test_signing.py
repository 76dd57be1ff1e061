import json
from typing import Any

import pytest
from jwt_core import SigningError, SigningKey, base64url, sign
from jwt_core.compact import parse_compact

pytestmark = pytest.mark.requirement("JC-1")


def test_header_names_algorithm_type_and_key(key: SigningKey) -> None:
    token = parse_compact(sign({"sub": "alice"}, key))
    assert token.header == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    assert json.loads(token.payload) == {"sub": "alice"}


def test_parts_are_unpadded_base64url(key: SigningKey) -> None:
    for length in range(4):
        for part in sign({"sub": "?" * length}, key).split("."):
            assert base64url.encode(base64url.decode(part)) == part


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"typ": "at+jwt"}, {"alg": "RS256", "typ": "at+jwt", "kid": "key-1"}),
        ({"kid": None, "typ": None}, {"alg": "RS256"}),
        ({"kid": "x", "jku": 1}, {"alg": "RS256", "typ": "JWT", "kid": "x", "jku": 1}),
    ],
)
def test_further_headers_are_added_replaced_or_left_out(
    key: SigningKey, headers: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert parse_compact(sign({}, key, headers=headers)).header == expected


@pytest.mark.parametrize("name", ["alg", "crit", "b64"])
def test_header_that_belongs_to_the_key_is_refused(key: SigningKey, name: str) -> None:
    with pytest.raises(SigningError, match=name):
        sign({}, key, headers={name: "none"})


@pytest.mark.parametrize("value", [float("nan"), {1}, b"x", object(), "\udc00"])
def test_claims_and_headers_that_are_not_json_are_refused(key: SigningKey, value: object) -> None:
    with pytest.raises(SigningError, match="must be JSON"):
        sign({"x": value}, key)
    with pytest.raises(SigningError, match="must be JSON"):
        sign({}, key, headers={"x": value})
