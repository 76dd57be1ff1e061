"""The target and the header fields that the upstream receives."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_proxy.errors import InvalidRequestError, InvalidTokenError
from reference_proxy.messages import (
    SUBJECT_HEADER,
    Hop,
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


@pytest.mark.parametrize(
    "path",
    [
        b"/..;/admin", b"/..;a=b/admin", b"/.;/..;/admin", b"/%2e%2e;/admin", b"/..%3b/admin",
        b"/..%3Ba/admin", b"/%252e%252e/admin", b"/%25252e%25252e/admin", b"/%252e%252e%252fadmin",
        b"/..%252fadmin", b"/.%2e/admin", b"/%2e./admin", b"/%2e%2e%2fadmin",
        b"/a%2f..%2f..%2fadmin",
        b"/..%5cadmin", b"/..%255cadmin", b"/%2e%2e%5c", b"//../admin", b"/a//..//../admin",
        b"/.%252e/admin", b"/%u002e%u002e/admin", b"/%25u002e%25u002e/admin", b"/..%u002fadmin",
        b"/%c0%ae%c0%ae/admin", b"/%C0%AE./admin", b"/..%c0%afadmin", b"/..%c1%9cadmin",
        b"/%e0%80%ae%e0%80%ae/admin", b"/..%20/admin", b"/..%09/admin", b"/%20../admin", b"/a/.",
        b"/%2e", b"/%2E%2E", b"/%f0%80%80%ae%f0%80%80%ae/admin", b"/..%f0%80%80%af/admin",
        b"/%ef%bc%8e%ef%bc%8e/admin", b"/..%ef%bc%8fadmin", b"/%uff0e%uff0e/admin",
        b"/..%u2215admin",
        b"/%e2%80%a5/admin", b"/..%c2%a0/admin", b"/..%e2%88%95admin", b"/%e3%80%82%e3%80%82/admin",
        b"/..%3f/admin", b"/..%23/admin", b"/..%253f/admin", b"/..%u003fadmin",
    ],
)  # fmt: skip
def test_build_target_refuses_dot_segments_in_any_encoding(path: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        build_target(UPSTREAM, path, b"")


@pytest.mark.parametrize("path", [b"/a%00", b"/..%00/admin", b"/%250aadmin", b"/a%7f"])
def test_build_target_refuses_control_characters(path: bytes) -> None:
    with pytest.raises(InvalidRequestError, match="control character"):
        build_target(UPSTREAM, path, b"")


def test_build_target_refuses_a_path_that_is_encoded_too_often() -> None:
    with pytest.raises(InvalidRequestError, match="more than 4 times"):
        build_target(UPSTREAM, b"/%2525252525252e.", b"")


@pytest.mark.parametrize(
    "path",
    [
        b"/a;b=c/d",
        b"/%2541",
        b"/100%",
        b"/a%2",
        b"/...;/a",
        b"/a.b/.c",
        b"/a%3Bb",
        b"/%e9",
        b"/caf%C3%A9%E2%80%A6",
        b"/%ud83d",
        b"/a%3Fb%23c",
        b"/%E3%81%82%E3%80%82",
    ],
)
def test_build_target_accepts_other_paths(path: bytes) -> None:
    assert build_target(UPSTREAM, path, b"").endswith(path.decode())


FORGED: Final = [
    b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port",
    b"x-forwarded-prefix", b"x-forwarded-user", b"x_forwarded_for", b"forwarded", b"x-real-ip",
    b"x-client-ip", b"true-client-ip", b"x-original-url", b"x-rewrite-url", b"x-original-host",
    b"client-ip", b"x-remote-ip", b"x-remote_addr", b"x-original-forwarded-for", b"x-scheme",
    b"proxy",
]  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_provenance_from_clients_is_dropped(name: bytes) -> None:
    headers = build_request_headers([(name, b"forged"), (b"x-trace", b"7")], subject=None)

    assert (b"x-trace", b"7") in headers
    assert b"forged" not in [value for _, value in headers]


def test_hop_is_appended_to_the_provenance() -> None:
    hop = Hop("192.0.2.1", "shop.example", "http")
    received = [
        (b"x-forwarded-for", b"198.51.100.7"),
        (b"x-forwarded-for", b"198.51.100.8"),
        (b"x-forwarded-proto", b"https"),
        (b"forwarded", b"for=198.51.100.7"),
    ]
    headers = build_request_headers(received, subject=None, hop=hop)

    assert [value for name, value in headers if name == b"x-forwarded-for"] == [
        b"198.51.100.7, 198.51.100.8, 192.0.2.1"
    ]
    assert dict(headers)[b"x-forwarded-proto"] == b"https"
    assert dict(headers)[b"x-forwarded-host"] == b"shop.example"
    element = b'for=192.0.2.1;host="shop.example";proto=http'
    assert dict(headers)[b"forwarded"] == b"for=198.51.100.7, " + element


def test_hop_is_not_appended_to_a_name_with_other_punctuation() -> None:
    received = [(b"x_forwarded_for", b"forged"), (b"x-real.ip", b"forged"), (b"x-real-ip", b"::1")]
    headers = build_request_headers(received, subject=None, hop=Hop("192.0.2.1", "", "http"))

    assert headers[0] == (b"x-real-ip", b"::1")
    assert b"forged" not in [value for _, value in headers]


def test_hop_without_a_host_states_none() -> None:
    headers = build_request_headers([], subject=None, hop=Hop("192.0.2.1", "", "http"))

    assert dict(headers)[b"forwarded"] == b"for=192.0.2.1;proto=http"
    assert b"x-forwarded-host" not in dict(headers)


def test_hop_with_an_ipv6_address_is_quoted() -> None:
    headers = build_request_headers([], subject=None, hop=Hop("::1", "a", "http"))

    assert dict(headers)[b"forwarded"] == b'for="[::1]";host="a";proto=http'


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


def test_header_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="UTF-8"):
        decode_headers([(b"x-foo", b"b\xe9b\xe9")])


@settings(deadline=None)  # a busy machine may take any time
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
