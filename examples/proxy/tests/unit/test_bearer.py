"""Credentials are accepted only once and in the form of RFC 6750."""

import pytest
from reference_proxy.bearer import read_bearer_token
from reference_proxy.errors import InvalidRequestError, MissingTokenError


@pytest.mark.parametrize(
    "value", [b"Bearer a.b.c", b"bearer a.b.c", b"BEARER   a.b.c", b" Bearer a.b.c "]
)
def test_read_bearer_token_takes_any_case_and_spacing(value: bytes) -> None:
    assert read_bearer_token([(b"authorization", value)]) == "a.b.c"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"cookie", b"Bearer a.b.c")],
        [(b"authorization", b"Basic abc")],
        [(b"authorization", b"")],
    ],
)
def test_read_bearer_token_asks_for_one_when_there_is_none(
    headers: list[tuple[bytes, bytes]],
) -> None:
    with pytest.raises(MissingTokenError):
        read_bearer_token(headers)


@pytest.mark.parametrize(
    "values",
    [
        [b"Bearer a.b.c", b"Bearer a.b.c"],
        [b"Bearer a.b.c", b"Basic abc"],
        [b"Bearer"],
        [b"Bearer a.b.c, Bearer d.e.f"],
        [b"Bearer a b"],
        [b"Bearer\ta.b.c"],
        [b"Bearer \xc3\xa9"],
    ],
)
def test_read_bearer_token_refuses_what_is_ambiguous(values: list[bytes]) -> None:
    with pytest.raises(InvalidRequestError):
        read_bearer_token([(b"authorization", value) for value in values])
