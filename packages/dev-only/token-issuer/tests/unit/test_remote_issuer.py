# DEV-ONLY: never ship to production.
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import pytest
from token_issuer.errors import RejectedRequestError, RemoteIssuerError
from token_issuer.remote_issuer import KeptConnections, fetch_json, parse_issuer_url


class MisbehavingHandler(BaseHTTPRequestHandler):
    """Answers by the path: /<status>/<marked?>/<body>."""

    def do_GET(self) -> None:
        _, status, mark, body = self.path.split("/", 3)
        self.send_response(int(status))
        if mark == "marked":
            self.send_header("X-Dev-Only", "token-issuer")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # inherited name
        pass


@contextmanager
def serve(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def misbehaving_url() -> Iterator[str]:
    with serve(MisbehavingHandler) as url:
        yield url


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/200/plain/{}", "is not a token issuer: its response lacks the header X-Dev-Only"),
        ("/200/marked/[]", "is not a token issuer"),
        ("/200/marked/<html>", "no token issuer answers at"),
        ("/200/marked/" + "[" * 60_000, "no token issuer answers at"),
        ("/503/marked/{}", "rejected the request: HTTP 503"),
        ('/400/marked/{"error_description":"sub:bad"}', "rejected the request: sub:bad"),
        ('/404/marked/{"detail":"no-such-path"}', "rejected the request: no-such-path"),
    ],
)
def test_bad_response_is_an_error_that_names_the_url(
    misbehaving_url: str, path: str, message: str
) -> None:
    with pytest.raises(RemoteIssuerError, match=message) as caught:
        fetch_json(misbehaving_url + path)

    assert misbehaving_url + path in str(caught.value)


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    ("status", "exit_code"), [(400, 2), (401, 1), (404, 2), (409, 1), (503, 1)]
)
def test_statuses_400_and_404_are_wrong_usage(
    misbehaving_url: str, status: int, exit_code: int
) -> None:
    with pytest.raises(RemoteIssuerError) as caught:
        fetch_json(f"{misbehaving_url}/{status}/marked/{{}}")

    assert isinstance(caught.value, RejectedRequestError) is (exit_code == 2)
    assert caught.value.exit_code == exit_code


@pytest.mark.requirement("TI-7")
def test_good_answer_is_returned(misbehaving_url: str) -> None:
    assert fetch_json(misbehaving_url + '/200/marked/{"a":1}') == {"a": 1}


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    "url",
    [
        "localhost:8081",
        "ftp://localhost",
        "http://",
        "http://localhost:x",
        "http://localhost:0",
        "http://localhost:65536",
        "http://[x",
        "http://local host",
        "http://localhost\n",
        "http://lökalhost",
        "",
    ],
)
def test_text_that_is_not_a_url_of_an_issuer_is_rejected(url: str) -> None:
    with pytest.raises(ValueError, match=r"^expected a URL such as http://localhost:8081$"):
        parse_issuer_url(url)


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    "url",
    ["http://alice:hunter2@localhost", "http://localhost?a=hunter2", "http://localhost#hunter2"],
)
def test_url_with_more_than_a_base_is_rejected_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match="without credentials, query and fragment") as caught:
        parse_issuer_url(url)

    assert "hunter2" not in str(caught.value)


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://localhost:8081", "http://localhost:8081"),
        ("HTTPS://[::1]:8081//", "HTTPS://[::1]:8081"),
        ("https://issuer.test/dev/", "https://issuer.test/dev"),
    ],
)
def test_base_url_has_no_slash_at_its_end(url: str, base: str) -> None:
    assert parse_issuer_url(url) == base


@pytest.mark.requirement("TI-7")
def test_unreachable_issuer_is_an_error_that_says_how_to_start_one() -> None:
    with pytest.raises(RemoteIssuerError, match="start one with: token-issuer serve"):
        fetch_json("http://127.0.0.1:1")


LAST: Final = b'{"is_last":true}'


class CountingHandler(BaseHTTPRequestHandler):
    """Answers POST with its body; after `LAST` it closes the connection without notice."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    connections = 0

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("X-Dev-Only", "token-issuer")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = body == LAST

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # inherited name
        pass


@pytest.mark.requirement("TI-7")
def test_connection_is_kept_and_opened_again_when_it_was_closed() -> None:
    with serve(CountingHandler) as url, KeptConnections(url) as issuer:
        for number in range(5):
            assert issuer.fetch_json(b'{"a":%d}' % number) == {"a": number}
        assert issuer.fetch_json(LAST) == {"is_last": True}
        assert CountingHandler.connections == 1
        assert issuer.fetch_json(b'{"a":6}') == {"a": 6}

    assert CountingHandler.connections == 2


@pytest.mark.requirement("TI-7")
def test_kept_connections_are_as_many_as_are_needed_at_once() -> None:
    with (
        serve(CountingHandler) as url,
        KeptConnections(url) as issuer,
        ThreadPoolExecutor(3) as pool,
    ):
        before = CountingHandler.connections
        answers = list(pool.map(issuer.fetch_json, [b'{"a":1}'] * 300))

    assert answers == [{"a": 1}] * 300
    assert CountingHandler.connections - before <= 3


@pytest.mark.requirement("TI-7")
def test_kept_connections_explain_what_is_wrong() -> None:
    with (
        KeptConnections("http://127.0.0.1:1") as issuer,
        pytest.raises(RemoteIssuerError, match="Connection refused; start one with"),
    ):
        issuer.fetch_json(b"{}")
