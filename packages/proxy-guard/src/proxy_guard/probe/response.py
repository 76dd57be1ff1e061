"""HTTP responses, read as leniently as any client reads them.

`http.client` refuses responses that other clients accept: more than 100 header fields, odd status
lines, informational responses other than 100. Keys in them would not be checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from proxy_guard.probe.stream import UnreadableError

if TYPE_CHECKING:
    from proxy_guard.probe.stream import Stream

MAX_BODY_BYTES: Final = 512 * 1024
"""Limit of a body as received and as decompressed. The JWKS client of jwt_core has the same."""
OVERSIZE: Final = f"its response is larger than {MAX_BODY_BYTES // 1024} KiB"
CUT_OFF: Final = "its response was cut off or took too long"

_MAX_HEAD_BYTES: Final = 256 * 1024
_MAX_INTERIM_RESPONSES: Final = 100
_INTERIM: Final = range(100, 200)
_LINE_END: Final = b"\r\n"
_BARE_RETURN: Final = "its header contains a carriage return that ends no line"
_MALFORMED_CHUNKS: Final = "its chunks are malformed"
_WITHOUT_BODY: Final = (204, 304)
_STATUS_CODE_LENGTHS: Final = (0, 3)
_STATUS_LINE: Final = re.compile(
    # Browsers skip up to four bytes before it, and some accept ICY and a missing code.
    rb"[^\"'{\[<\n]{0,4}?(?:http(?=[/ \t])|icy(?=[ \t]))(?:.*?\s[+-]?(\d{1,9}))?",
    re.IGNORECASE,
)
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_SIZE: Final = re.compile(rb"[0-9a-fA-F]{1,16}")
_MAYBE_SIZE: Final = re.compile(rb"[0-9a-fA-F+-]|\Z")
_HTTP_2_FRAME: Final = re.compile(rb"...[\x04\x07].\0\0\0\0", re.DOTALL)  # RFC 9113 §3.4 and §4.1


class Response:
    """A response of the server.

    Attributes:
        status: The status code; 0 if the response has none.
        fields: The names, in lower case, and the values of the header fields.
        seen_names: The names in this header, in its trailer and in the interim responses.
        contents: The body, still compressed. If clients disagree about where it ends or whether it
            is chunked, everything that was received is a second reading.
        fault: The reason that a client may get no keys from it; empty if there is none.
        obstacle: The reason that the guard cannot read all of it; empty if there is none.
    """

    def __init__(self) -> None:
        self.status = 0
        self.fields: list[tuple[str, bytes]] = []
        self.seen_names: set[str] = set()
        self.contents: list[bytes] = []
        self.fault = ""
        self.obstacle = ""

    def get_all(self, name: str) -> list[bytes]:
        """Return the values of the fields *name*, in their order."""
        return [value for field, value in self.fields if field == name]

    def list_tokens(self, name: str) -> list[str]:
        """Return the members of the comma-separated fields *name*, in lower case."""
        joined = b",".join(self.get_all(name)).decode("latin-1").lower()
        return [token for part in joined.split(",") if (token := part.strip())]


def read_response(stream: Stream) -> Response:
    """Read the response to a GET request. An incomplete response is kept as far as it arrives.

    Raises:
        OSError: the connection fails or time runs out before the first byte.
    """
    response = Response()
    start = 0
    try:
        _read_head(stream, response)
        start = stream.position
        body = _read_body(stream, response)
        if len(body) <= MAX_BODY_BYTES:
            stream.wait_for_end()
    except UnreadableError as error:
        response.obstacle = str(error)
        body = stream.read(MAX_BODY_BYTES)
    received = bytes(stream.data[start : start + MAX_BODY_BYTES])
    excess = len(stream.data) - stream.position
    if len(body) + excess > MAX_BODY_BYTES or stream.is_full:
        response.obstacle = response.obstacle or OVERSIZE
    response.contents = [body[:MAX_BODY_BYTES]]
    if response.obstacle or excess or response.get_all("content-length"):
        response.contents.append(received)
    response.contents = list(dict.fromkeys(response.contents))
    return response


def _read_head(stream: Stream, response: Response) -> None:
    """Read the header of the final response. Without a status line, everything is the body."""
    for _ in range(_MAX_INTERIM_RESPONSES + 1):
        start = stream.position
        while (line := stream.read_line()).isspace():
            pass
        match = _STATUS_LINE.match(line)
        if not match:
            stream.position = start
            _judge_missing_head(line, stream, response)
            return
        code = match[1] or b""
        response.status = int(code or b"0")
        if len(code) not in _STATUS_CODE_LENGTHS:
            message = "its status code does not have three digits"
            raise UnreadableError(message)
        if b"\r" in line.rstrip(_LINE_END):
            response.obstacle = _BARE_RETURN
        response.fields = _read_fields(stream, response)
        if response.status not in _INTERIM:
            return
    message = f"it sends more than {_MAX_INTERIM_RESPONSES} informational responses"
    raise UnreadableError(message)


def _judge_missing_head(line: bytes, stream: Stream, response: Response) -> None:
    if _HTTP_2_FRAME.match(line):
        message = "its response is HTTP/2, and the guard reads HTTP/1.1 only"
        raise UnreadableError(message)
    if not stream.data:
        response.fault = "it closed the connection without a response"
    elif not response.status:
        response.fault = "its response is not HTTP"


def _read_fields(stream: Stream, response: Response) -> list[tuple[str, bytes]]:
    """Read header or trailer fields, up to the blank line after them."""
    start = stream.position
    read: list[list[bytes]] = []
    while line := stream.read_line().rstrip(_LINE_END):
        if stream.position - start > _MAX_HEAD_BYTES:
            message = f"its header is larger than {_MAX_HEAD_BYTES // 1024} KiB"
            raise UnreadableError(message)
        if line[:1] in b" \t" and read:
            read[-1] += [_LINE_END, line]
        else:
            read.append([line])
    fields = []
    for parts in read:
        field = b"".join(parts)
        lines = field.replace(_LINE_END, b"").split(b"\r")
        if len(lines) > 1:
            response.obstacle = _BARE_RETURN
        response.seen_names.update(_get_name(line) for line in lines)
        fields.append((_get_name(field), field.partition(b":")[2].strip()))
    return fields


def _get_name(field: bytes) -> str:
    return field.partition(b":")[0].decode("latin-1").strip().lower()


def _read_body(stream: Stream, response: Response) -> bytes:
    length = _parse_length(response)
    if response.status in _WITHOUT_BODY:
        return b""
    if "chunked" in response.list_tokens("transfer-encoding"):
        return _read_chunks(stream, response)
    body = stream.read(MAX_BODY_BYTES + 1 if length is None else min(length, MAX_BODY_BYTES + 1))
    if length is None:
        is_complete = not stream.is_cut
    else:
        is_complete = len(body) == length
        if length > MAX_BODY_BYTES:
            response.obstacle = OVERSIZE
    if not is_complete:
        response.fault = response.fault or CUT_OFF
    return body


def _parse_length(response: Response) -> int | None:
    lengths = set(response.list_tokens("content-length"))
    if not lengths:
        return None
    if len(lengths) > 1:
        message = "its Content-Length fields contradict each other"
        raise UnreadableError(message)
    (length,) = lengths
    if not _LENGTH.fullmatch(length):
        message = "its Content-Length is not a number"
        raise UnreadableError(message)
    return int(length)


def _read_chunks(stream: Stream, response: Response) -> bytes:
    body = bytearray()
    while len(body) <= MAX_BODY_BYTES:
        start = stream.position
        line = stream.read_line()
        size = line.partition(b";")[0].strip()
        is_line = line.endswith(b"\n")
        if is_line and _SIZE.fullmatch(size):
            length = int(size, 16)
        elif is_line and _MAYBE_SIZE.match(size):
            raise UnreadableError(_MALFORMED_CHUNKS)
        else:  # no client takes it for a size, and some read the rest as it is
            stream.position = start
            response.fault = _MALFORMED_CHUNKS if is_line else CUT_OFF
            return bytes(body) + stream.read(MAX_BODY_BYTES + 1)
        if not length:
            _read_fields(stream, response)
            break
        body += stream.read(min(length, MAX_BODY_BYTES + 1))
        if len(body) <= MAX_BODY_BYTES and not _LINE_END.startswith(stream.read(2)):
            raise UnreadableError(_MALFORMED_CHUNKS)
    return bytes(body)
