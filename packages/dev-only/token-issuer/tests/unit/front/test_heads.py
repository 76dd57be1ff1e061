# DEV-ONLY: never ship to production.
"""Request heads and responses of the proxy."""

from http import HTTPStatus

import pytest
from token_issuer.front.errors import ProxyRequestError
from token_issuer.front.heads import find_target, parse_head, render_refusal, rewrite_head

pytestmark = pytest.mark.requirement("GO-6")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x16\x03\x01\x02\x00\x01",
        b"CONNECT",
        b"CONNECT www.googleapis.com:443",
        b"CONNECT www.googleapis.com:443 HTTP/2",
        b"CONNECT  www.googleapis.com:443 HTTP/1.1",
        b" CONNECT www.googleapis.com:443 HTTP/1.1",
        b"CONNECT www.googleapis.com:443 HTTP/1.1\r\nno colon",
        b"CONNECT www.googleapis.com:443 HTTP/1.1\r\nName : x",
        b"CONNECT www.googleapis.com:443 HTTP/1.1\r\nX: y\r\n folded",
        b"CONNECT www.googleapis.com:443 HTTP/1.1\r\nX: y\nZ: w",
        b"CONNECT www.googleapis.com:443 HTTP/1.1\r\nX: \0",
        b"CONN\xc3\x89CT www.googleapis.com:443 HTTP/1.1",
        b"A" * 33 + b" www.googleapis.com:443 HTTP/1.1",
    ],
)
def test_malformed_head_is_rejected(head: bytes) -> None:
    with pytest.raises(ProxyRequestError, match=r"expected a request of HTTP/1\.1") as caught:
        parse_head(head)

    assert caught.value.status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"CONNECT www.googleapis.com HTTP/1.1", "expected HOST:PORT"),
        (b"CONNECT /certs HTTP/1.1", "expected HOST:PORT"),
        (b"GET /certs HTTP/1.1", "this is a forward proxy"),
        (b"OPTIONS * HTTP/1.1", "this is a forward proxy"),
        (b"GET https://www.googleapis.com/ HTTP/1.1", "use CONNECT for https"),
        (b"GET ftp://www.googleapis.com/ HTTP/1.1", "expected an http URL"),
        (b"GET http:/// HTTP/1.1", "expected an http URL"),
        (b"GET http://u:p@metadata.google.internal/ HTTP/1.1", "without credentials"),
        (b"GET http://[::1/ HTTP/1.1", "expected an http URL"),
        (b"GET http://] HTTP/1.1", "expected an http URL"),
        (b"GET http://metadata.google.internal]/ HTTP/1.1", "expected an http URL"),
        (b"GET http://metadata.google.internal:99999/ HTTP/1.1", "expected HOST:PORT"),
    ],
)
def test_request_that_is_not_for_a_forward_proxy_is_rejected(line: bytes, message: str) -> None:
    with pytest.raises(ProxyRequestError, match=message):
        find_target(parse_head(line))


def test_head_for_the_metadata_server_is_rewritten() -> None:
    head = parse_head(
        b"GET http://metadata.google.internal./computeMetadata/v1/?recursive=true HTTP/1.1\r\n"
        b"Host: elsewhere.test\r\n"
        b"Metadata-Flavor: Google\r\n"
        b"Proxy-Connection: keep-alive\r\n"
        b"Proxy-Authorization: Basic abc\r\n"
        b"Connection: keep-alive"
    )

    assert find_target(head) == ("metadata.google.internal", 80)
    assert rewrite_head(head) == (
        b"GET /computeMetadata/v1/?recursive=true HTTP/1.1\r\n"
        b"Host: metadata.google.internal.\r\n"
        b"Metadata-Flavor: Google\r\n"
        b"Connection: close\r\n\r\n"
    )


@pytest.mark.parametrize(("url", "path"), [("", b"/"), ("/", b"/"), ("?a=b", b"/?a=b")])
def test_url_without_a_path_has_the_root_path(url: str, path: bytes) -> None:
    head = parse_head(f"GET http://metadata.google.internal{url} HTTP/1.0".encode())

    assert rewrite_head(head).startswith(b"GET %b HTTP/1.1\r\n" % path)


def test_refusal_names_the_reason_in_the_status_line_and_in_the_body() -> None:
    response = render_refusal(ProxyRequestError(HTTPStatus.FORBIDDEN, "use --allow pypi.org"))
    head, _, body = response.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 403 use --allow pypi.org\r\nX-Dev-Only: token-issuer\r\n")
    assert b"Content-Length: %d\r\n" % len(body) in head
    assert body == b"use --allow pypi.org\n"
