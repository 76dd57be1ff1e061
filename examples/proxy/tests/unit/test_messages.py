"""The target and the header fields that the upstream receives."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_proxy.errors import InvalidRequestError, InvalidTokenError
from reference_proxy.messages import (
    SUBJECT_HEADER,
    build_request_headers,
    build_target,
    decode_headers,
)
from yarl import URL

UPSTREAM: Final = "http://upstream:8000/base/"


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        (b"/", b"", "http://upstream:8000/base/"),
        (b"/a%2Fb/%C3%A9", b"x=1&y=%20", "http://upstream:8000/base/a%2Fb/%C3%A9?x=1&y=%20"),
        (b"//evil.example.com/x", b"", "http://upstream:8000/base//evil.example.com/x"),
        (b"/a..b/...", b"", "http://upstream:8000/base/a..b/..."),
    ],
)
def test_build_target_keeps_path_and_query_as_received(
    path: bytes, query: bytes, expected: str
) -> None:
    assert build_target(UPSTREAM, path, query) == expected
    assert URL(expected, encoded=True).host == "upstream"


@pytest.mark.parametrize(
    "path", [b"/../admin", b"/a/./b", b"/%2e%2E/admin", b"/a/..", b"/..%2fadmin", b"/..\\admin"]
)
def test_build_target_refuses_dot_segments(path: bytes) -> None:
    with pytest.raises(InvalidRequestError, match="segment"):
        build_target(UPSTREAM, path, b"")


@pytest.mark.parametrize("path", [b"*", b"", b"upstream:443"])
def test_build_target_refuses_what_is_no_path(path: bytes) -> None:
    with pytest.raises(InvalidRequestError, match="starts with"):
        build_target(UPSTREAM, path, b"")


@pytest.mark.parametrize("mark", list("-_.!#$%&'*+^`|~"))  # all that RFC 9110 §5.6.2 allows
def test_client_cannot_spoof_the_subject(mark: str) -> None:
    name = SUBJECT_HEADER.replace(b"-", mark.encode())

    headers = build_request_headers([(name, b"root")], subject="alice")

    assert [value for _, value in headers if value == b"root"] == []
    assert (SUBJECT_HEADER, b"alice") in headers


def test_client_cannot_spoof_the_subject_of_a_token_without_one() -> None:
    headers = build_request_headers([(SUBJECT_HEADER, b"root")], subject=None)

    assert SUBJECT_HEADER not in dict(headers)


def test_client_cannot_have_the_subject_removed_as_hop_by_hop() -> None:
    headers = build_request_headers(
        [(b"connection", b"X-Verified-Subject, close")], subject="alice"
    )

    assert (SUBJECT_HEADER, b"alice") in headers


def test_hop_by_hop_and_credentials_stay_here() -> None:
    received = [
        (b"connection", b"keep-alive, X-Private"),
        (b"x-private", b"1"),
        (b"te", b"trailers"),
        (b"authorization", b"Bearer a.b.c"),
        (b"host", b"proxy.example.com"),
        (b"accept", b"*/*"),
    ]

    assert build_request_headers(received, subject=None) == [
        (b"accept", b"*/*"),
        (b"via", b"1.1 reference-proxy"),
    ]


def test_blanks_around_a_value_stay_here() -> None:
    headers = build_request_headers([(b"x-foo", b"\t bar  baz \t")], subject=None)

    assert (b"x-foo", b"bar  baz") in headers


def test_header_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="UTF-8"):
        decode_headers([(b"x-foo", b"b\xe9b\xe9")])


@given(subject=st.text())
def test_subject_header_is_always_printable_ascii(subject: str) -> None:
    # The claims come out of a JSON parser that refuses lone surrogates.
    subject = subject.encode("utf-8", "ignore").decode()
    value = dict(build_request_headers([], subject=subject))[SUBJECT_HEADER]

    assert all(0x21 <= byte <= 0x7E for byte in value)


def test_challenge_never_leaves_its_quotes() -> None:
    challenge = InvalidTokenError('a "quoted" \\ and a line\r\nbreak é').headers["WWW-Authenticate"]

    assert challenge.count('"') == 6
    assert "\r" not in challenge
    assert challenge.isascii()
