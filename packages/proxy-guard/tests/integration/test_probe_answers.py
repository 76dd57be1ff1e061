"""What the probe does with each kind of HTTP response: the table in the README."""

import gzip
import json
import socket
import socketserver
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from proxy_guard import Report, check
from proxy_guard.probe import probe, response
from proxy_guard.probe.probe import run_probe

pytestmark = pytest.mark.requirement("PG-3")

Answer = Callable[[bytes], bytes]
"""Builds a response, with its header, from a key set."""
Serve = Callable[..., str]

CLEAN: Final = json.dumps({
    "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "CfRKNn_X4Qny-5sY6pLE9lLkiafaG0H-W4pFB_D3feo",
            "y": "UUjTTt3s_S3HWQRnwgPpxh2q0VUsziLN2CTiM2aS7A4",
        }
    ]
}).encode()
MARKED: Final = (
    b'{"keys": [{"kty": "RSA", "e": "AQAB", "n": "zDEVzONLYzTOKENzISSUERzNOTzPRODzabcd"}]}'
)
OK: Final = b"HTTP/1.1 200 OK\r\n"
END: Final = b"\r\n"
LIMIT: Final = response.MAX_BODY_BYTES
BINARY: Final = zlib.compress(MARKED)[2:]
"""Stands for an encoding that Python cannot decode."""


@pytest.fixture(autouse=True)
def patient_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a time limit that a busy machine can keep."""
    monkeypatch.setattr(run_probe, "__kwdefaults__", {"timeout_s": 60.0})


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that serves the given responses in turn, the last one repeatedly."""
    with ExitStack() as stack:

        def start(*answers: bytes, keep_open: threading.Event | None = None) -> str:
            pending = list(answers)

            class Handler(socketserver.BaseRequestHandler):
                def handle(self) -> None:
                    self.request.recv(4096)
                    answer = pending.pop(0) if len(pending) > 1 else pending[0]
                    try:
                        self.request.sendall(answer)
                    except OSError:
                        return  # the guard has read enough
                    if keep_open:
                        keep_open.wait(60)

            raw = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
            raw.daemon_threads = True
            thread = threading.Thread(target=raw.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(raw.server_close)
            stack.callback(raw.shutdown)
            return f"http://127.0.0.1:{raw.server_address[1]}/keys"

        yield start


def probe_uri(uri: str, **options: Any) -> Report:
    return check({"JWT_JWKS_URI": uri}, **options)


def get_codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


def chunk(data: bytes, size: int = 30, *, line: bytes = b"%x\r\n") -> bytes:
    parts = (data[start : start + size] for start in range(0, len(data), size))
    return b"".join(line % len(part) + part + b"\r\n" for part in parts) + b"0\r\n\r\n"


def coded(codings: bytes, *encode: Callable[[bytes], bytes], field: bytes = b"") -> Answer:
    """Return a response with *codings*, whose body went through each of *encode*."""

    def answer(keys: bytes) -> bytes:
        for function in encode:
            keys = function(keys)
        return OK + (field or b"Content-Encoding") + b": " + codings + b"\r\n\r\n" + keys

    return answer


def headed(head: bytes) -> Answer:
    return lambda keys: head + END + keys


def split_gzip(keys: bytes) -> bytes:
    return gzip.compress(keys[:40]) + gzip.compress(b"") + gzip.compress(keys[40:])


def corrupt(keys: bytes) -> bytes:
    return gzip.compress(keys)[:-8] + b"\xff" * 8


CHUNKED: Final = b"Transfer-Encoding: chunked\r\n"
READ: Final[dict[str, Answer]] = {
    # informational responses
    "100": headed(b"HTTP/1.1 100 Continue\r\n\r\n" + OK),
    "102": headed(b"HTTP/1.1 102 Processing\r\n\r\n" + OK),
    "103": headed(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + OK),
    "199": headed(b"HTTP/1.1 199 -\r\n\r\n" + OK),
    "101": headed(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + OK),
    "many 1xx": headed(b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n" * 100 + OK),
    # header
    "101 fields": headed(OK + b"A: b\r\n" * 101),
    "5000 fields": headed(OK + b"A: b\r\n" * 5000),
    "long line": headed(OK + b"A: " + b"b" * 100_000 + END),
    "long status line": headed(b"HTTP/1.1 200 " + b"b" * 100_000 + END),
    "folded": headed(OK + b"A: b\r\n\tc\r\nB:\r\n d\r\n"),
    "no colon": headed(OK + b"nonsense\r\nA: b\r\n"),
    "line feeds": lambda keys: b"HTTP/1.1 200 OK\nA: b\n\n" + keys,
    "no reason": headed(b"HTTP/1.1 200\r\n"),
    "blanks in the status line": headed(b"HTTP/1.1 \t 200  OK\r\n"),
    "non-ascii reason": headed(b"HTTP/1.1 200 \xff\xfe\r\n"),
    "HTTP/1.0": headed(b"HTTP/1.0 200 OK\r\n"),
    "HTTP/2.0": headed(b"HTTP/2.0 200 OK\r\n"),
    "lower case": headed(b"http/1.1 200 ok\r\n"),
    "ICY": headed(b"ICY 200 OK\r\n"),
    "blank lines first": headed(b"\r\n\r\n" + OK),
    "203": headed(b"HTTP/1.1 203 Non-Authoritative Information\r\n"),
    # length and chunks
    "length": lambda keys: OK + b"Content-Length: %d\r\n\r\n" % len(keys) + keys,
    "length twice": lambda keys: OK + b"Content-Length: %d\r\n" % len(keys) * 2 + END + keys,
    "length in a list": lambda keys: (
        OK + b"Content-Length: %d, %d\r\n\r\n" % (2 * (len(keys),)) + keys
    ),
    "length and more": lambda keys: OK + b"Content-Length: %d\r\n\r\n" % len(keys) + keys + b"junk",
    "length too small": headed(OK + b"Content-Length: 40\r\n"),
    "length zero": headed(OK + b"Content-Length: 0\r\n"),
    "chunks": lambda keys: OK + CHUNKED + END + chunk(keys),
    "chunks of one byte": lambda keys: OK + CHUNKED + END + chunk(keys, 1),
    "chunk extensions": lambda keys: OK + CHUNKED + END + chunk(keys, line=b'%X ; a="b"\r\n'),
    "long chunk sizes": lambda keys: OK + CHUNKED + END + chunk(keys, line=b"%016x\r\n"),
    "trailer": lambda keys: OK + CHUNKED + END + chunk(keys)[:-2] + b"A: b\r\n\r\n",
    "no end of the trailer": lambda keys: OK + CHUNKED + END + chunk(keys)[:-2],
    "length and chunks": lambda keys: OK + CHUNKED + b"Content-Length: 5\r\n\r\n" + chunk(keys),
    "odd case": lambda keys: OK + b"TRANSFER-encoding : CHUNKED\r\n\r\n" + chunk(keys),
    "folded coding": lambda keys: OK + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + chunk(keys),
    # content codings
    "gzip": coded(b"gzip", gzip.compress),
    "GZIP": coded(b" GZIP ", gzip.compress),
    "x-gzip": coded(b"x-gzip", gzip.compress),
    "gzip members": coded(b"gzip", split_gzip),
    "100 gzip members": coded(b"gzip", lambda keys: gzip.compress(b"") * 99 + gzip.compress(keys)),
    "gzip and zeros": coded(b"gzip", gzip.compress, lambda body: body + b"\0" * 512),
    "gzip and garbage": coded(b"gzip", gzip.compress, lambda body: body + b"garbage"),
    "zlib": coded(b"deflate", zlib.compress),
    "small zlib": coded(b"deflate", lambda keys: compress(keys, 9)),
    "raw deflate": coded(b"deflate", deflate),
    "gzip, gzip": coded(b"gzip, gzip", gzip.compress, gzip.compress),
    "deflate, gzip": coded(b"deflate, gzip", deflate, gzip.compress),
    "gzip, deflate": coded(b"gzip, deflate", gzip.compress, deflate),
    "deflate, deflate": coded(b"deflate, deflate", deflate, deflate),
    "five codings": coded(b"gzip, gzip, gzip, gzip, gzip", *[gzip.compress] * 5),
    "gzip as identity": coded(b"identity", gzip.compress),
    "plain as gzip": coded(b"gzip"),
    "plain as deflate": coded(b"deflate"),
    "plain as br": coded(b"br"),
    "plain as utf-8": coded(b"utf-8"),
    "gzip, chunked": coded(b"gzip, chunked", gzip.compress, chunk, field=b"Transfer-Encoding"),
    "deflate, chunked": coded(b"deflate, chunked", deflate, chunk, field=b"Transfer-Encoding"),
    "gzip as transfer": coded(b"gzip", gzip.compress, field=b"Transfer-Encoding"),
    "identity as transfer": coded(b"identity", field=b"Transfer-Encoding"),
    # media types
    "utf-16": lambda keys: headed(OK)(keys.decode().encode("utf-16")),
    "wrong charset": headed(OK + b"Content-Type: application/json; charset=cp037\r\n"),
}


def compress(keys: bytes, wbits: int) -> bytes:
    compressor = zlib.compressobj(wbits=wbits)
    return compressor.compress(keys) + compressor.flush()


@pytest.mark.parametrize("name", READ)
def test_response_that_a_client_reads_is_read(serve: Serve, name: str) -> None:
    marked = probe_uri(serve(READ[name](MARKED)))
    clean = probe_uri(serve(READ[name](CLEAN)), require_probe=True)

    assert get_codes(marked) == ["dev_key"]
    assert (clean.findings, clean.probe.status) == ((), "clean")


OVERSIZE: Final = "its response is larger than 512 KiB"
MALFORMED: Final = "its chunks are malformed"
REFUSED: Final[dict[str, tuple[Answer, str]]] = {
    "large": (lambda keys: OK + END + b" " * LIMIT + keys, OVERSIZE),
    "large, with its length": (
        lambda keys: OK + b"Content-Length: %d\r\n\r\n" % (LIMIT + len(keys)) + b" " * LIMIT + keys,
        OVERSIZE,
    ),
    "large by its length only": (
        lambda _: OK + b"Content-Length: 99999999999999999\r\n\r\n{}",
        OVERSIZE,
    ),
    "large chunk": (lambda keys: OK + CHUNKED + END + chunk(b" " * LIMIT + keys, 2**20), OVERSIZE),
    "large chunks": (lambda keys: OK + CHUNKED + END + chunk(b" " * LIMIT + keys, 9999), OVERSIZE),
    "large error page": (
        lambda keys: b"HTTP/1.1 404 Not Found\r\n\r\n" + b" " * LIMIT + keys,
        OVERSIZE,
    ),
    "large without a header": (lambda keys: b" " * LIMIT + keys, OVERSIZE),
    "large after its end": (
        lambda keys: OK + b"Content-Length: 2\r\n\r\n{}" + b" " * LIMIT + keys,
        OVERSIZE,
    ),
    "large after decompression": (
        coded(b"gzip", lambda keys: gzip.compress(b" " * LIMIT + keys)),
        OVERSIZE,
    ),
    "large in several members": (
        coded(b"gzip", lambda keys: gzip.compress(b" " * (LIMIT // 2)) * 2 + gzip.compress(keys)),
        OVERSIZE,
    ),
    "large after raw deflate": (
        coded(b"deflate", lambda keys: deflate(b" " * LIMIT + keys)),
        OVERSIZE,
    ),
    "too many 1xx": (headed(b"HTTP/1.1 103 -\r\n\r\n" * 101 + OK), "more than 100 informational"),
    "large header": (headed(OK + (b"A: " + b"b" * 9999 + END) * 30), "larger than 256 KiB"),
    "too many lines": (headed(OK + b"A:\r\n" * 20_000), "more than 20000 lines"),
    "too many chunks": (
        lambda keys: OK + CHUNKED + END + chunk(b" " * 20_000 + keys, 1),
        "more than 20000 lines",
    ),
    "HTTP/2": (
        lambda _: b"\0\0\6\4\0\0\0\0\0\0\3\0\0\0d\0\0\4\x08\0\0\0\0\0\0\1\0\0",
        "its response is HTTP/2",
    ),
    "different lengths": (
        lambda keys: OK + b"Content-Length: 2\r\nContent-Length: 999\r\n\r\n" + deflate(keys),
        "contradict each other",
    ),
    "long status code": (headed(b"HTTP/1.1 1100 OK\r\n\r\n" + OK), "three digits"),
    "blank in the version": (headed(b"HTTP/\x0b1.1 200 OK\r\n"), "three digits"),
    "short status code": (headed(b"HTTP/1.1 20 OK\r\n"), "three digits"),
    "carriage return in a field": (
        headed(OK + b"Transfer-Encoding: \rchunked\r\n"),
        "a carriage return that ends no line",
    ),
    "carriage return in the status line": (
        headed(b"HTTP/1.1 200 OK\rTransfer-Encoding: chunked\r\n"),
        "a carriage return that ends no line",
    ),
    "negative length": (headed(OK + b"Content-Length: -1\r\n"), "is not a number"),
    "length that is not a number": (headed(OK + b"Content-Length: 0x20\r\n"), "is not a number"),
    "signed chunk size": (
        lambda keys: OK + CHUNKED + END + chunk(keys, line=b"+%x\r\n"),
        MALFORMED,
    ),
    "chunk size with a prefix": (
        lambda keys: OK + CHUNKED + END + chunk(keys, line=b"0x%x\r\n"),
        MALFORMED,
    ),
    "chunk size with a suffix": (
        lambda keys: OK + CHUNKED + END + chunk(keys, line=b"%xz\r\n"),
        MALFORMED,
    ),
    "overflowing chunk size": (
        lambda keys: OK + CHUNKED + END + chunk(keys, line=b"1%016x\r\n"),
        MALFORMED,
    ),
    "no line break after a chunk": (
        lambda keys: OK + CHUNKED + END + chunk(keys).replace(b"\r\n", b"\n"),
        MALFORMED,
    ),
    "corrupt gzip": (coded(b"gzip", corrupt), "its gzip encoding is corrupt"),
    "corrupt second member": (
        coded(b"gzip", lambda keys: gzip.compress(b"{}") + corrupt(keys)),
        "its gzip encoding is corrupt",
    ),
    "too many members": (
        coded(b"gzip", lambda keys: gzip.compress(b"") * 100 + gzip.compress(keys)),
        "more than 100 gzip members",
    ),
    "six codings": (coded(b"gzip", *[gzip.compress] * 6), "compressed more than 5 times"),
    "corrupt deflate": (coded(b"deflate", lambda _: BINARY[::-1]), "its content coding deflate"),
    **{
        name: (coded(name.encode(), lambda _: BINARY), f"its content coding {name}")
        for name in ("br", "zstd", "compress", "lz4", "x-unknown")
    },
    "br in gzip": (coded(b"br, gzip", lambda _: gzip.compress(BINARY)), "its content coding br"),
    "br as transfer": (
        coded(b"br, chunked", lambda _: chunk(BINARY), field=b"Transfer-Encoding"),
        "its content coding br",
    ),
    "coding that is not shown": (
        coded(b"br;hunter2\x1b[31m", lambda _: BINARY),
        "its content coding",
    ),
    "chunked twice": (
        coded(b"chunked, chunked", lambda keys: chunk(chunk(keys, 5)), field=b"Transfer-Encoding"),
        "its content coding chunked",
    ),
    "EBCDIC": (
        lambda keys: (
            OK + b"Content-Type: text/json; charset=cp037\r\n\r\n" + keys.decode().encode("cp037")
        ),
        "its charset",
    ),
    "UTF-7": (
        lambda keys: (
            OK
            + b"Content-Type: text/json;charset='UTF-7'\r\n\r\n"
            + keys.replace(b"k", b"+AGs-").replace(b"x", b"+AHg-").replace(b"n", b"+AG4-")
        ),
        "its charset",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_response_that_the_guard_cannot_read_is_refused(serve: Serve, name: str) -> None:
    answer, detail = REFUSED[name]

    report = probe_uri(serve(answer(CLEAN)))
    marked = probe_uri(serve(answer(MARKED)))

    (finding,) = report.findings
    assert finding.code == "unjudged_keys"
    assert detail in finding.what
    assert "hunter2" not in finding.what
    assert not marked.allowed


SEARCHED: Final[dict[str, tuple[Answer, str]]] = {
    "HTTP/0.9": (lambda keys: keys, "its response is not HTTP"),
    "another protocol": (
        lambda keys: b"SSH-2.0-OpenSSH_9.2\r\n" + keys,
        "its response is not HTTP",
    ),
    "status line without a code": (headed(b"HTTP/1.1 abc\r\n"), "it responded with status 0"),
    "1xx only": (lambda keys: b"HTTP/1.1 103 Early Hints\r\n\r\n" + keys, "with status 103"),
    "206": (headed(b"HTTP/1.1 206 Partial Content\r\n"), "with status 206"),
    "300": (headed(b"HTTP/1.1 300 Multiple Choices\r\n"), "with status 300"),
    "302 without a location": (headed(b"HTTP/1.1 302 Found\r\n"), "with status 302"),
    "204": (headed(b"HTTP/1.1 204 No Content\r\n"), "with status 204"),
    "304": (headed(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9999\r\n"), "with status 304"),
    "length too large": (headed(OK + b"Content-Length: 9999\r\n"), response.CUT_OFF),
    "no chunks": (lambda keys: OK + CHUNKED + END + keys, response.CUT_OFF),
    "lines that are not chunks": (lambda keys: OK + CHUNKED + END + keys + b"\n", MALFORMED),
    "chunks cut off": (lambda keys: OK + CHUNKED + END + chunk(keys, 999)[:-9], response.CUT_OFF),
    "gzip cut off": (coded(b"gzip", lambda keys: gzip.compress(keys, 0)[:-9]), response.CUT_OFF),
}


@pytest.mark.parametrize("name", SEARCHED)
def test_response_that_most_clients_reject_is_searched(serve: Serve, name: str) -> None:
    answer, detail = SEARCHED[name]

    marked = probe_uri(serve(answer(MARKED)))
    clean = probe_uri(serve(answer(CLEAN)))

    assert get_codes(marked) == ["dev_key"]
    assert clean.allowed
    assert clean.probe.status == "failed"
    assert detail in clean.probe.detail


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"A: b\r\n" * 300 + b"X-Dev-Only: 1\r\n\r\n",
        OK + b"x-dev-ONLY : 1\r\n\r\n",
        OK + b"A: b\rX-Dev-Only: 1\r\n\r\n",
        OK + b" X-Dev-Only: 1\r\n\r\n",
        OK + b"X-Dev-Only:\r\n 1\r\n\r\n",
        OK + b"nonsense\nX-Dev-Only: 1\n\n",
        OK + b"X-Dev-Only: 1\r\nA: b",
        OK + CHUNKED + END + chunk(CLEAN)[:-2] + b"X-Dev-Only: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nX-Dev-Only: 1\r\n\r\n" + OK + END,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + OK + b"X-Dev-Only: 1\r\n\r\n",
    ],
    ids=range(10),
)
def test_header_of_the_simulator_is_found_wherever_it_is(serve: Serve, answer: bytes) -> None:
    assert get_codes(probe_uri(serve(answer))) == ["dev_header"]


def test_multipart_body_is_searched_as_text(serve: Serve) -> None:
    answer = headed(OK + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n")

    assert get_codes(probe_uri(serve(answer(MARKED + b"\r\n--x--\r\n")))) == ["dev_key"]
    assert probe_uri(serve(answer(CLEAN + b"\r\n--x--\r\n"))).allowed


def redirect(*locations: bytes, name: bytes = b"Location", status: int = 302) -> bytes:
    fields = b"".join(name + b": " + location + END for location in locations)
    return b"HTTP/1.1 %d -\r\n" % status + fields + b"Content-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "location",
    [
        b"/next",
        b"/next  ",
        b"/next \t \t",
        b" \t /next",
        b"\r\n /next",
        b"/next\x0c",
        b"next",
        b"?next",
        b"//127.0.0.1:{port}/next",
        b"http://127.0.0.1:{port}/next ",
        b"HTTP://127.0.0.1:{port}/next#fragment",
        b"/a b",
        b"/%6eext",
        b"/{next}|\"<>'",
        "/schl\u00fcssel".encode(),
        b"/\xff\xfe",
        b"../next",
        b"./next",
        b"/next?uri=https://id.example.com/a",
        b"/" + b"a" * 3000,
    ],
)
def test_redirect_that_all_clients_follow_is_followed(serve: Serve, location: bytes) -> None:
    for keys, codes in ((MARKED, ["dev_key"]), (CLEAN, [])):
        first = redirect(b"/keys")
        uri = serve(first, OK + END + keys)
        port = uri.split(":")[2].split("/")[0].encode()
        # The first response is replaced by one that may name the port of its server.
        uri = serve(redirect(location.replace(b"{port}", port)), OK + END + keys)

        report = probe_uri(uri, require_probe=True)

        assert get_codes(report) == codes


PLAIN: Final = "it redirects to something other than a plain http or https URI"


@pytest.mark.parametrize(
    ("locations", "detail"),
    [
        ([b"/ne\txt"], PLAIN),
        ([b"/ne\r\n xt"], PLAIN),
        ([b"/ne\x01xt"], PLAIN),
        ([b"/ne\x00xt"], PLAIN),
        ([b"/ne\x7fxt"], PLAIN),
        ([b"\\next"], PLAIN),
        ([b"/\\127.0.0.1/next"], PLAIN),
        ([b"///127.0.0.1/next"], PLAIN),
        ([b"http:///127.0.0.1/next"], PLAIN),
        ([b"http:/next"], PLAIN),
        ([b"http:next"], PLAIN),
        ([b"https:/127.0.0.1/next"], PLAIN),
        ([b"http://a b/next"], PLAIN),
        ([b"http://[/next"], PLAIN),
        ([b"http://a:99999/next"], PLAIN),
        ([b"http://a@b@c/next"], PLAIN),
        ([b"/a/%2e%2e/next"], PLAIN),
        ([b"http://127.0.0.1/a/../next"], PLAIN),
        ([b"ftp://keys.example.com/next"], PLAIN),
        ([b"file:///next"], PLAIN),
        ([b"data:application/json,{}"], PLAIN),
        ([b"mailto:keys@example.com"], PLAIN),
        ([b"/" + b"a" * 5000], PLAIN),
        ([b"/\xe4\x01x"], PLAIN),
        ([b"/a", b"/b"], "it redirects to several URIs"),
        ([b"http://a.example/, http://b.example/"], PLAIN),
    ],
)
def test_redirect_that_clients_follow_differently_is_refused(
    serve: Serve, locations: list[bytes], detail: str
) -> None:
    (finding,) = probe_uri(serve(redirect(*locations))).findings

    assert finding.code == "unjudged_keys"
    assert detail in finding.what


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308, 399])
def test_redirect_is_followed_whatever_its_status(serve: Serve, status: int) -> None:
    uri = serve(redirect(b"/next", status=status), OK + END + MARKED)

    assert get_codes(probe_uri(uri)) == ["dev_key"]


def test_same_location_twice_is_followed(serve: Serve) -> None:
    assert probe_uri(serve(redirect(b"/a", b"/a"), OK + END + CLEAN)).probe.status == "clean"


def test_field_that_urllib_follows_is_followed(serve: Serve) -> None:
    uri = serve(redirect(b"/next", name=b"URI"), OK + END + MARKED)

    assert get_codes(probe_uri(uri)) == ["dev_key"]


def test_refresh_field_that_names_the_simulator_is_found(serve: Serve) -> None:
    uri = serve(OK + b"Refresh: 0; url=http://token-issuer:8081/certs\r\n\r\n")

    assert get_codes(probe_uri(uri)) == ["dev_reference"]


def test_chain_of_20_redirects_is_followed(serve: Serve) -> None:
    chain = [redirect(b"/%d" % number) for number in range(20)]

    assert get_codes(probe_uri(serve(*chain, OK + END + MARKED))) == ["dev_key"]
    assert probe_uri(serve(*chain, OK + END + CLEAN), require_probe=True).allowed


def test_longer_chain_is_refused(serve: Serve) -> None:
    chain = [redirect(b"/%d" % number) for number in range(21)]

    (finding,) = probe_uri(serve(*chain, OK + END + CLEAN)).findings

    assert "it redirects more than 20 times" in finding.what


def test_circle_that_ends_is_followed(serve: Serve) -> None:
    circle = [redirect(b"/keys")] * 3

    assert get_codes(probe_uri(serve(*circle, OK + END + MARKED))) == ["dev_key"]


@pytest.mark.parametrize("location", [b"/keys", b"", b"#again", b"/keys#again", b" \t"])
def test_redirect_to_the_same_uri_is_a_circle(serve: Serve, location: bytes) -> None:
    report = probe_uri(serve(redirect(location)))

    assert report.allowed
    assert report.probe.detail == "it redirects in a circle"


def test_circle_that_a_cookie_may_end_is_refused(serve: Serve) -> None:
    with_cookie = redirect(b"/keys").replace(b"\r\n", b"\r\nSet-Cookie: seen=1\r\n", 1)

    assert get_codes(probe_uri(serve(with_cookie))) == ["unjudged_keys"]


def test_server_that_does_not_close_the_connection_delays_nothing(serve: Serve) -> None:
    left = threading.Event()
    uri = serve(OK + b"Content-Length: %d\r\n\r\n" % len(CLEAN) + CLEAN, keep_open=left)

    outcome, findings = run_probe(uri)
    left.set()

    assert (outcome.status, findings) == ("clean", ())


def test_reset_after_the_header_keeps_what_arrived() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def respond() -> None:
            connection, _ = listener.accept()
            # The request is not read, so that closing resets the connection.
            connection.sendall(OK + b"X-Dev-Only: 1\r\nContent-Length: 9999\r\n\r\n" + MARKED)
            connection.close()

        thread = threading.Thread(target=respond)
        thread.start()
        report = probe_uri(f"http://127.0.0.1:{listener.getsockname()[1]}/keys")
        thread.join()

    assert set(get_codes(report)) <= {"dev_header", "dev_key"}


def test_search_that_takes_too_long_is_refused(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = threading.Event()
    monkeypatch.setattr(probe, "detect", lambda *_, **__: left.wait(60))

    _, findings = run_probe(serve(OK + END + CLEAN), timeout_s=0.5)
    left.set()

    assert [finding.code for finding in findings] == ["unjudged_keys"]
    assert "could not be searched within 0.5 s" in findings[0].what
