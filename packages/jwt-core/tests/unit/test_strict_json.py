from typing import Any

import pytest
from jwt_core import strict_json

pytestmark = pytest.mark.requirement("JC-2")


@pytest.mark.parametrize(
    ("data", "document"),
    [
        (b"{}", {}),
        (b' {"a": [1, 2.5, null, true, "x"]}\r\n', {"a": [1, 2.5, None, True, "x"]}),
        ('{"a": "ü€😀"}'.encode(), {"a": "ü€😀"}),
        (rb'{"a": "\ud83d\ude00"}', {"a": "😀"}),
    ],
)
def test_object_is_decoded(data: bytes, document: dict[str, Any]) -> None:
    assert strict_json.decode_object(data) == document


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{} {}",
        b"{'a': 1}",
        b'{"a": 1, "a": 1}',
        b'{"b": {"a": 1, "\\u0061": 2}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"a": ["\\udfff"]}',
        b'{"\\ud800": 1}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a": "\n"}',
        b'{"a":' * 60_000,
        b"[" * 100_000,
    ],
)
def test_decoding_refuses_what_readers_disagree_on(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_json.decode_object(data)


def test_object_is_encoded_compactly_as_utf8() -> None:
    assert (
        strict_json.encode_object({"a": [1, "ü"], "b": None}) == '{"a":[1,"ü"],"b":null}'.encode()
    )


def _nest_endlessly() -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(100_000):
        document = {"a": document}
    return document


@pytest.mark.parametrize(
    "document",
    [{"a": float("nan")}, {"a": float("inf")}, {"a": {1, 2}}, {"a": b"x"}, {"a": "\ud800"}],
)
def test_encoding_refuses_what_is_not_json(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_json.encode_object(document)


def test_encoding_refuses_endless_nesting() -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_json.encode_object(_nest_endlessly())
