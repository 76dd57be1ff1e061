"""Request targets and header fields for the next hop; pure functions.

Spec: RFC 9110 §7.6 (message forwarding)
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from reference_proxy.errors import InvalidRequestError

SUBJECT_HEADER: Final = b"x-verified-subject"
"""Header field with the verified `sub` for the upstream, percent-encoded (RFC 3986 §2.1)."""

HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection"
    b" te trailer transfer-encoding upgrade".split()
)
"""Header fields about one connection only (RFC 9110 §7.6.1)."""

NOT_FORWARDED: Final = frozenset({b"authorization", b"expect", b"host", b"proxy"})
"""Header fields that the upstream does not receive.

It receives the verified subject instead of the token, and `Host` with its own name; this server
itself responds to `Expect: 100-continue`. CGI services use `Proxy` as a setting (CVE-2016-5385).
"""

PROVENANCE: Final = frozenset(
    b"forwarded x-real-ip client-ip x-client-ip x-cluster-client-ip true-client-ip"
    b" x-remote-ip x-remote-addr x-originating-ip x-proxyuser-ip proxy-client-ip"
    b" wl-proxy-client-ip x-original-forwarded-for cf-connecting-ip cf-connecting-ipv6"
    b" fastly-client-ip x-envoy-external-address x-azure-clientip x-azure-socketip"
    b" x-appengine-user-ip x-host x-http-host-override x-original-host x-original-url"
    b" x-original-uri x-rewrite-url x-scheme x-url-scheme front-end-https".split()
)
"""Header fields, besides `X-Forwarded-*`, that tell services the origin of a request.

Some frameworks also route by `X-Original-URL` and `X-Rewrite-URL`.
"""

MAX_ENCODINGS: Final = 4
"""How many times a path may be percent-encoded; services decode it once or twice."""

PERCENT_U: Final = re.compile(rb"%u([0-9a-f]{4})", re.IGNORECASE)
"""A character in the encoding of `escape` in JavaScript, which some services decode."""

OVERLONG: Final = re.compile(rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f]|\xf0[\x80-\x8f][\x80-\xbf]")
"""A character in more bytes than UTF-8 permits (RFC 3629 §3), which some services decode."""

LOOKALIKES: Final = str.maketrans("\u2044\u2215\u2216\u3002", "///.")
"""Characters that some services replace by `/`, backslash or `.`, besides those of NFKC."""

VIA: Final = (b"via", b"1.1 reference-proxy")
"""The `Via` field of a gateway (RFC 9110 §7.6.3)."""

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Hop:
    """The connection of the client to this proxy.

    Attributes:
        client: The address of the client.
        host: The value of its `Host` header.
        scheme: `http` or `https`.
    """

    client: str
    host: str
    scheme: str

    def append_to(self, headers: list[Header]) -> list[Header]:
        """Append this hop to the provenance in *headers*, as a proxy behind a trusted one does.

        Spec: RFC 7239 §4
        """
        node = f'"[{self.client}]"' if ":" in self.client else self.client
        host = f'host="{self.host}";' if self.host else ""
        element = f"for={node};{host}proto={self.scheme}"
        fields = _append(headers, b"x-forwarded-for", self.client)
        fields = _append(fields, b"forwarded", element)
        names = {name for name, _ in fields}
        for name, value in ((b"host", self.host), (b"proto", self.scheme)):
            if value and b"x-forwarded-" + name not in names:
                fields.append((b"x-forwarded-" + name, value.encode("latin-1")))
        return fields


def build_target(upstream: str, raw_path: bytes, query: bytes) -> str:
    """Append the request's path and query, as received, to the upstream's URL.

    Raises:
        InvalidRequestError: The target has no path, is not UTF-8, or has a dot segment or a control
            character in any encoding. A dot segment could lead outside the path of the upstream's
            URL (RFC 3986 §5.2.4), also with a path parameter (`/..;a/`), which many services
            remove first.
    """
    if not raw_path.startswith(b"/"):
        message = "the request target is not a path: send one that starts with `/`"
        raise InvalidRequestError(message)
    _check_segments(raw_path)
    return upstream.rstrip("/") + _decode(raw_path + (b"?" + query if query else b""))


def build_request_headers(
    headers: Iterable[Header], *, subject: str | None, hop: Hop | None = None
) -> list[Header]:
    """Return the header fields for the upstream.

    A field that the client sends under the name of the subject header is dropped, also if the name
    has other punctuation: CGI and WSGI servers do not distinguish `-` and `_`. Fields about the
    provenance of the request are likewise dropped, unless they have their usual names and *hop* is
    to be appended to them.

    Spec: RFC 9110 §5.5, §7.6.1
    """
    kept = [
        (name, value)
        for name, value in _strip_hop_by_hop(list(headers))
        if name not in NOT_FORWARDED and _unify_punctuation(name) != SUBJECT_HEADER
        if not _is_provenance(name) or (hop is not None and name == _unify_punctuation(name))
    ]
    if hop is not None:
        kept = hop.append_to(kept)
    kept.append(VIA)
    if subject is not None:
        kept.append((SUBJECT_HEADER, quote(subject, safe="@:+!*'(),;=").encode("ascii")))
    return kept


def build_response_headers(headers: Iterable[Header], *, status: int) -> list[Header]:
    """Return the header fields for the client.

    Spec: RFC 9110 §7.6.1
    """
    kept = _strip_hop_by_hop(list(headers))
    if status == HTTPStatus.NOT_MODIFIED:
        # A 304 may state the length of a body that is not sent (RFC 9110 §8.6); uvicorn expects it.
        kept = [(name, value) for name, value in kept if name.lower() != b"content-length"]
    return kept


def decode_headers(headers: Iterable[Header]) -> list[tuple[str, str]]:
    """Decode header fields for aiohttp, which expects text.

    Raises:
        InvalidRequestError: A field is not UTF-8.
    """
    return [(_decode(name), _decode(value)) for name, value in headers]


def has_body(headers: Iterable[Header]) -> bool:
    """Return whether a request with *headers* has a body.

    Spec: RFC 9112 §6.3
    """
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in headers)


def _strip_hop_by_hop(headers: list[Header]) -> list[Header]:
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]


def _check_segments(raw_path: bytes) -> None:
    path = raw_path
    for _ in range(MAX_ENCODINGS):
        path = PERCENT_U.sub(_decode_percent_u, unquote_to_bytes(path))
    if unquote_to_bytes(path) != path:
        message = f"the path is percent-encoded more than {MAX_ENCODINGS} times: encode it once"
        raise InvalidRequestError(message)
    if re.search(rb"[\x00-\x1f\x7f]", path):
        message = "the path has a control character: leave it out"
        raise InvalidRequestError(message)
    if OVERLONG.search(path):
        message = "the path has a character in an overlong encoding: send it encoded as UTF-8"
        raise InvalidRequestError(message)
    text = unicodedata.normalize("NFKC", path.decode(errors="replace")).translate(LOOKALIKES)
    segments = {segment.partition(";")[0].strip() for segment in re.split(r"[/\\?#]", text)}
    if segments & {".", ".."}:
        message = "the path has a `.` or `..` segment: send the resolved path"
        raise InvalidRequestError(message)


def _decode_percent_u(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1], 16)).encode(errors="replace")


def _is_provenance(name: bytes) -> bool:
    unified = _unify_punctuation(name)
    return unified.startswith(b"x-forwarded") or unified in PROVENANCE


def _append(headers: list[Header], name: bytes, element: str) -> list[Header]:
    values = [value for key, value in headers if key == name]
    others = [(key, value) for key, value in headers if key != name]
    return [*others, (name, b", ".join([*values, element.encode("latin-1")]))]


def _unify_punctuation(name: bytes) -> bytes:
    return re.sub(rb"[^a-z0-9]", b"-", name.lower())


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        message = "the request target or a header field is not UTF-8: send it encoded as UTF-8"
        raise InvalidRequestError(message) from None
