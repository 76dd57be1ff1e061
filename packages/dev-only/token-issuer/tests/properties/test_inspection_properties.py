# DEV-ONLY: never ship to production.
"""Whatever text is inspected, a description follows, which can be sent."""

import base64
import json
from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS
from token_issuer.tokens.inspection.inspect import inspect_token
from token_issuer.tokens.inspection.messages import Inspection
from token_issuer.tokens.issuer import Issuer
from token_issuer.tokens.request_parsing import convert_parameters

pytestmark = pytest.mark.requirement("TI-13")
any_text = st.text(st.characters(), max_size=40)  # with lone surrogates
values: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)
names: Final = st.sampled_from([
    "alg", "kid", "typ", "cty", "crit", "b64", "enc", "jwk", "jku", "x5c", "x5u",
    "iss", "aud", "sub", "exp", "nbf", "iat", "auth_time", "filling",
])  # fmt: skip
known: Final = st.sampled_from(["RS256", "ES256", "HS256", "none", "dev-key", "weak-key", "JWT"])
objects: Final = st.dictionaries(names, known | values, max_size=8)
check = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def inspect(text: str, issuer: Issuer) -> Inspection:
    inspection = inspect_token(text, issuer)
    msgspec.json.encode(inspection)
    assert set(inspection.defects) <= set(TOKEN_DEFECTS)
    return inspection


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@check
@given(text=any_text | st.lists(any_text | st.sampled_from(["Bearer ", "eyJ", "\n"])).map(".".join))
def test_any_text_is_described(issuer: Issuer, text: str) -> None:
    inspect(text, issuer)
    inspect(f"Authorization: {text}", issuer)


@check
@given(header=objects, payload=objects | values, signature=st.binary(max_size=300))
def test_any_token_is_described(
    issuer: Issuer, header: dict[str, Any], payload: Any, signature: bytes
) -> None:
    parts = (json.dumps(part).encode() for part in (header, payload))
    token = ".".join([*map(encode, parts), encode(signature)])

    assert inspect(token, issuer).parts[0].size


@check
@given(parts=st.lists(st.binary(max_size=60).map(encode) | any_text, max_size=6))
def test_any_parts_are_described(issuer: Issuer, parts: list[str]) -> None:
    inspect(".".join([encode(b'{"alg":"RS256","kid":"dev-key"}'), *parts]), issuer)


@check
@given(
    defect=st.sampled_from([None, *TOKEN_DEFECTS]),
    cuts=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 3), any_text), max_size=3),
)
def test_any_damage_to_a_token_is_described(
    issuer: Issuer, defect: str | None, cuts: list[tuple[int, int, str]]
) -> None:
    fields = {} if defect is None else {"defect": defect}
    text = issuer.issue(convert_parameters(fields), base_url="http://a.test").access_token
    text = text[:20_000]
    for start, length, replacement in cuts:
        text = text[:start] + replacement + text[start + length :]
    inspect(text, issuer)


RS256: Final = b'{"alg":"RS256","kid":"dev-key"}'


def write(header: bytes, payload: bytes, signature: str = "AAAA") -> str:
    return f"{encode(header)}.{encode(payload)}.{signature}"


LONG: Final[dict[str, Callable[[int], str]]] = {
    "letters": lambda n: "A" * n,
    "dots": lambda n: "." * n,
    "spaces": lambda n: " " * n,
    "blanks before a letter": lambda n: " \t" * n + "x",
    "words": lambda n: "a " * n,
    "line breaks": lambda n: "\n" * n,
    "fields in quotes": lambda n: "'authorization:" * (n // 16),
    "fields": lambda n: "authorization:\n" * (n // 16),
    "commas": lambda n: f"Bearer {',' * n}",
    "braces": lambda n: "{" * n,
    "nested objects": lambda n: '{"a":' * (n // 5),
    "nested payload": lambda n: write(RS256, b"[" * n),
    "nested header": lambda n: write(b'{"alg":%b' % (b"[" * n), b"{}"),
    "deep header": lambda n: write(b'{"alg":%b%b}' % (b"[" * 900, b"]" * 900), b"{}"),
    "digits": lambda n: write(RS256, b'{"exp":%b}' % (b"9" * n)),
    "members": lambda n: write(RS256, b'{%b"b":1}' % (b'"a":1,' * (n // 6))),
    "audiences": lambda n: write(RS256, b'{"aud":[%b1]}' % (b'"a",' * (n // 4))),
    "signature": lambda n: write(RS256, b"{}", "A" * n),
    "key": lambda n: write(
        b'{"alg":"RS256","jwk":{"kty":"RSA","e":"AQAB","n":"%b"}}' % (b"A" * n), b""
    ),
}


@pytest.mark.parametrize("kind", LONG)
def test_long_text_is_described(issuer: Issuer, kind: str) -> None:
    inspection = inspect(LONG[kind](1 << 20), issuer)

    assert len(msgspec.json.encode(inspection)) < 1 << 20
