# DEV-ONLY: never ship to production.
import base64
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from token_issuer.errors import TokenRequestError
from token_issuer.media_types import FORM_TYPE, JSON_TYPE
from token_issuer.tokens.messages import TokenRequest
from token_issuer.web.errors import HttpError
from token_issuer.web.request import Request
from token_issuer.web.token_endpoint import read_token_request

Read = Callable[..., TokenRequest]


@pytest.fixture
def read(compose_request: Callable[..., Request]) -> Read:
    """Return a function that reads a token request from the parts of a request."""
    return lambda **parts: read_token_request(compose_request(**parts))


def as_dict(request: TokenRequest) -> dict[str, Any]:
    fields = msgspec.to_builtins(request)
    assert isinstance(fields, dict)
    return fields


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("", b"", {}),
        ("text/plain", b"", {}),
        (JSON_TYPE, b"{}", {}),
        (JSON_TYPE, b'{"sub":"alice"}', {"sub": "alice"}),
        ("Application/JSON; charset=utf-8", b'{"sub":"alice"}', {"sub": "alice"}),
        (JSON_TYPE, b'{"exp":5,"claims":{"a":null}}', {"exp": 5, "claims": {"a": None}}),
        (FORM_TYPE, b"sub=alice&aud=a", {"sub": "alice", "aud": "a"}),
        (FORM_TYPE + ";charset=UTF-8", b"sub=J%C3%BCrgen+X", {"sub": "Jürgen X"}),
        (FORM_TYPE, b"aud=a&aud=b", {"aud": ["a", "b"]}),
        (FORM_TYPE, b"resource=c&resource=d", {"resource": ["c", "d"]}),
        (FORM_TYPE, b"sub=&aud=a", {"aud": "a"}),
        (FORM_TYPE, b"exp=1900000000", {"exp": 1900000000}),
        (FORM_TYPE, b"exp=19.5", {"exp": 19.5}),
        (FORM_TYPE, b"exp=-5m", {"exp": "-5m"}),
        (FORM_TYPE, b"claims=%7B%22a%22%3A1%7D", {"claims": {"a": 1}}),
        (FORM_TYPE, b"client_id=app&client_secret=s3cret", {"client_id": "app"}),
    ],
)  # fmt: skip
def test_body_is_read(read: Read, content_type: str, body: bytes, expected: dict[str, Any]) -> None:
    assert as_dict(read(content_type=content_type, body=body)) == expected


@pytest.mark.requirement("TI-1")
def test_body_wins_over_query(read: Read) -> None:
    request = read(query=b"sub=query&iss=query", content_type=JSON_TYPE, body=b'{"sub":"body"}')

    assert as_dict(request) == {"sub": "body", "iss": "query"}


@pytest.mark.requirement("TI-1")
def test_client_secret_is_not_kept(read: Read) -> None:
    request = read(query=b"client_id=a&client_secret=hunter2")

    assert "hunter2" not in repr(request)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (JSON_TYPE, b"{", "JSON body: expected one JSON object"),
        (JSON_TYPE, b"[]", "JSON body: expected one JSON object"),
        (JSON_TYPE, b"\xff", "not UTF-8"),
        (JSON_TYPE, b'{"sub":"a","sub":"b"}', "duplicate member"),
        (JSON_TYPE, b'{"exp":NaN}', "NaN is not JSON"),
        (JSON_TYPE, b'{"exp":1e999}', "number out of range"),
        (JSON_TYPE, b'{"sub":"\\ud800"}', "JSON body"),
        (JSON_TYPE, b"[" * 60000, "JSON body"),
        (JSON_TYPE, b'{"a":' * 10000, "JSON body"),
        (JSON_TYPE, b'{"sub":5}', "sub: Expected `str`, got `int`"),
        (JSON_TYPE, b'{"sub":""}', "sub: Expected `str` of length"),
        (JSON_TYPE, b'{"sub":null}', "sub: Expected `str`, got `null`"),
        (JSON_TYPE, b'{"aud":[]}', "aud: Expected `array` of length"),
        (JSON_TYPE, b'{"aud":["a",5]}', r"aud\[1\]: Expected `str`, got `int`"),
        (JSON_TYPE, b'{"exp":true}', r"exp: Expected `int \| float \| str`, got `bool`"),
        (JSON_TYPE, b'{"claims":"x"}', "claims: Expected `object`, got `str`"),
        (JSON_TYPE, b'{"subject":"x"}', r"'subject' \(did you mean sub\?\); to add a claim"),
        (FORM_TYPE, b"zzz=1", "unknown field 'zzz'; to add a claim, .*; known fields: sub, aud"),
        (FORM_TYPE, b"sub=a&sub=b", "sub: given 2 times"),
        (FORM_TYPE, b"sub=&sub=", "sub: given 2 times"),
        (FORM_TYPE, b"sub=%ff", "form body: expected"),
        (FORM_TYPE, b"sub=\xff", "form body: expected"),
        (FORM_TYPE, b"&".join([b"sub=a"] * 101), "form body: expected at most 100"),
        (FORM_TYPE, b"claims=5", "claims: expected one JSON object"),
        (FORM_TYPE, b' {"sub":"alice"}', "send the header Content-Type: application/json"),
    ],
)  # fmt: skip
def test_body_is_refused_by_the_name_of_the_field(
    read: Read, content_type: str, body: bytes, message: str
) -> None:
    with pytest.raises(TokenRequestError, match=message):
        read(content_type=content_type, body=body)


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data; boundary=x"])
def test_content_type_is_refused_when_unknown(read: Read, content_type: str) -> None:
    with pytest.raises(HttpError, match=r"^Content-Type: expected application/json") as caught:
        read(content_type=content_type, body=b"x")

    assert caught.value.status == 415


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    ("authorization", "client_id"),
    [
        (basic("app:secret"), "app"),
        (basic("app:"), "app"),
        (basic("my%20app%3A1:p%3Aw"), "my app:1"),
        (basic("app:a:b").replace("Basic", "bAsIc"), "app"),
    ],
)
def test_client_id_is_read_from_basic_credentials(
    read: Read, authorization: str, client_id: str
) -> None:
    assert as_dict(read(authorization=authorization)) == {"client_id": client_id}


@pytest.mark.requirement("TI-1")
def test_same_client_id_may_come_twice(read: Read) -> None:
    request = read(query=b"client_id=app", authorization=basic("app:x"))

    assert request.client_id == "app"


@pytest.mark.requirement("TI-1")
def test_different_client_ids_are_refused_by_both_names(read: Read) -> None:
    with pytest.raises(TokenRequestError, match="client_id and the Authorization header") as caught:
        read(query=b"client_id=one", authorization=basic("two:x"))

    assert caught.value.fields == ("client_id", "Authorization")


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic !!",
        "Basic /w==",
        "Basic é",
        basic("nocolon"),
        basic(":secret"),
        basic("%ff:x"),
    ],
)
def test_basic_credentials_are_refused_when_malformed(read: Read, authorization: str) -> None:
    with pytest.raises(TokenRequestError, match=r"^Authorization: expected Basic"):
        read(authorization=authorization)


def test_other_authorization_schemes_are_ignored(read: Read) -> None:
    assert as_dict(read(authorization="Bearer abc")) == {}


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("query", "body"),
    [(b"role=admin", b""), (b"", b"role=admin"), (b"role=admin", b"sub=alice")],
)
def test_unknown_field_is_rejected_with_an_example_of_claims_that_a_form_can_send(
    read: Read, query: bytes, body: bytes
) -> None:
    with pytest.raises(TokenRequestError, match="unknown field 'role'") as caught:
        read(query=query, content_type=FORM_TYPE if body else "", body=body)

    example = re.search(r"in claims: (\S+);", str(caught.value))
    assert example
    request = read(content_type=FORM_TYPE, body=example[1].encode())
    assert request.claims == {"role": "VALUE"}
