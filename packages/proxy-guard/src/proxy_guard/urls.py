"""Recognition of URIs that lead to the dev-only token issuer, even if they are disguised.

The whole value is searched for marks, not only the host: parsers disagree about user info,
backslashes and blanks, and such a difference must not let a URI bypass the guard.

`dev_marks` decides which text counts as a name of the simulator.
"""

from __future__ import annotations

from proxy_guard.addresses import is_ipv6, is_local
from proxy_guard.dev_marks import (
    DEFAULT_PORT,
    is_bare_word,
    is_service_name,
    names_issuer_host,
    names_service,
)
from proxy_guard.normalization import STRIPPED_CHARACTERS, fold, is_blank, normalize, remove_blanks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Final

TOKEN_ISSUER_HOST: Final = "token_issuer_host"  # noqa: S105  # the name of a finding
TOKEN_ISSUER_PATH: Final = "token_issuer_path"  # noqa: S105  # the name of a finding
ISSUER_LOCAL: Final = "issuer_local"
LOCAL_DEV_PORT: Final = "local_dev_port"
SEVERAL_URIS: Final = "several_uris"
UNSUPPORTED_SCHEME: Final = "unsupported_scheme"
UNREADABLE_URI: Final = "unreadable_uri"

MAX_URI_CHARS: Final = 4096
_MAX_SHOWN_CHARS: Final = 80
_MAX_PORT: Final = 65535
_SEPARATORS: Final = ",;|"
_NEVER_IN_A_URI: Final = frozenset("\"'<>\\^`{}|")  # RFC 3986 §2, and the single quote
_ENDS_AN_ENDPOINT: Final = "/?#@&=,;|<>\"'`{}()!*$\\"
_TO_BLANKS: Final = dict.fromkeys(map(ord, _SEPARATORS), " ")
_ENDPOINTS_TO_BLANKS: Final = dict.fromkeys(map(ord, _ENDS_AN_ENDPOINT), " ")


class Verdict:
    """The reason why a value is refused.

    Attributes:
        code: One of the constants of this module.
        detail: The value, safe to print: without user info, query, fragment and control characters.
            For an unreadable value, what is wrong with it and no part of its text.
    """

    __slots__ = ("code", "detail")

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail

    def __repr__(self) -> str:
        return f"Verdict({self.code!r}, {self.detail!r})"


def is_unset(value: str) -> bool:
    """Return whether *value* consists of blanks, quotes and invisible characters only."""
    text = value.strip(STRIPPED_CHARACTERS)
    return len(text) <= MAX_URI_CHARS and not fold(text).strip(STRIPPED_CHARACTERS)


def inspect_uri(value: str) -> Verdict | None:
    """Check a URI from which keys will be fetched. An invalid URI is refused.

    Returns:
        None if *value* is a plain `http` or `https` URI without a dev mark.

    Spec: RFC 3986 §3, WHATWG URL §4.4, UTS #46
    """
    return find_dev_mark(value) or _find_syntax_error(fold(value).strip(STRIPPED_CHARACTERS))


def inspect_issuer(value: str) -> Verdict | None:
    """Check an `iss` value. It need not be a URI (RFC 7519 §4.1.1).

    Returns:
        None if *value* is a bare word other than the simulator's name, or contains no dev mark.
    """
    return _search(value, _find_mark_of_issuer)


def find_dev_mark(value: str) -> Verdict | None:
    """Search a value for dev marks. A bare word counts as a host or as a relative reference.

    Returns:
        None if *value* contains no dev mark.
    """
    return _search(value, _find_mark)


def _search(value: str, find: Callable[[str], str | None]) -> Verdict | None:
    if len(value) > MAX_URI_CHARS:
        return Verdict(UNREADABLE_URI, f"it is longer than {MAX_URI_CHARS} characters")
    text = normalize(value)
    # Clients strip tabs and line breaks before decoding, but users also separate URIs with them.
    for reading in (text, remove_blanks(normalize(remove_blanks(value)))):
        code = find(reading.strip(STRIPPED_CHARACTERS))
        if code:
            return Verdict(code, _show(text.strip(STRIPPED_CHARACTERS)))
    return None


def _find_mark_of_issuer(text: str) -> str | None:
    if not is_bare_word(text):
        return _find_mark(text)
    return TOKEN_ISSUER_HOST if is_service_name(text.replace("_", "-")) else None


def _find_mark(text: str) -> str | None:
    hyphenated = text.replace("_", "-")
    if any(names_service(authority) for authority in _authorities(hyphenated)):
        return TOKEN_ISSUER_HOST
    if names_service(hyphenated):
        return TOKEN_ISSUER_PATH
    if names_issuer_host(hyphenated):
        return ISSUER_LOCAL
    if any(_is_local_dev_port(part) for part in text.translate(_ENDPOINTS_TO_BLANKS).split()):
        return LOCAL_DEV_PORT
    return None


def _authorities(text: str) -> Iterator[str]:
    """Yield the authority of each URI that *text* may contain."""
    for uri in text.translate(_TO_BLANKS).split():
        _, _, rest = uri.partition(":")
        # WHATWG clients skip any number of slashes after the scheme.
        yield _cut((rest if rest.startswith("/") else uri).lstrip("/"), "/?#")


def _is_local_dev_port(endpoint: str) -> bool:
    host, _, port = endpoint.rpartition(":")
    try:
        # Some clients convert with int(), which accepts signs, underscores and non-ASCII digits.
        if int(port) != DEFAULT_PORT:
            return False
    except ValueError:
        return False
    if "[" in host:
        host = host[host.rfind("[") :]
    elif host.count(":") == 1:  # WHATWG clients read `http:localhost` as `http://localhost`
        host = host.partition(":")[2]
    return is_local(host)


def _find_syntax_error(text: str) -> Verdict | None:
    if sum("://" in part for part in text.translate(_TO_BLANKS).split()) > 1:
        return Verdict(SEVERAL_URIS, "it contains several URIs")
    scheme, separator, rest = text.partition(":")
    if scheme not in {"http", "https"}:
        return _judge_scheme(scheme, separator, rest)
    reason = _find_forbidden(text) or _find_authority_fault(rest)
    return Verdict(UNREADABLE_URI, reason) if reason else None


def _judge_scheme(scheme: str, separator: str, rest: str) -> Verdict:
    is_scheme = scheme[:1].isalpha() and scheme.replace("+", "").replace("-", "").isalnum()
    is_port = rest[:1].isdigit()
    if separator and is_scheme and scheme.isascii() and not is_port:
        return Verdict(UNSUPPORTED_SCHEME, "it has a scheme other than http and https")
    return Verdict(UNREADABLE_URI, "it does not start with http:// or https://")


def _find_forbidden(text: str) -> str | None:
    if any(is_blank(char) for char in text):
        return "it contains a blank or a control character"
    if not _NEVER_IN_A_URI.isdisjoint(text):
        return "it contains a quote, bracket or backslash, or a placeholder that was not replaced"
    return None


def _find_authority_fault(rest: str) -> str | None:
    if not rest.startswith("//"):
        return "its scheme is not followed by two slashes"
    authority = _cut(rest[2:], "/?#")
    if authority.count("@") > 1:
        return "it contains more than one @ before the path"
    host, separator, port = authority.rpartition("@")[2].rpartition(":")
    if not separator or port.endswith("]"):
        host, port = authority.rpartition("@")[2], ""
    if not _is_host(host):
        return "its host is neither a valid name nor an address"
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= _MAX_PORT):
        return f"its port is not a number from 1 to {_MAX_PORT}"
    return None


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return host.endswith("]") and is_ipv6(host[1:-1])
    labels = host.removesuffix(".").split(".")
    return all(label and all(map(_is_host_char, label)) for label in labels)


def _is_host_char(char: str) -> bool:
    # Registries differ in the letters that they allow, so any printable non-ASCII one is accepted.
    return char.isalnum() or char in "-_" or (not char.isascii() and char.isprintable())


def _cut(text: str, delimiters: str) -> str:
    """Return *text* up to the first of *delimiters*."""
    for delimiter in delimiters:
        text = text.partition(delimiter)[0]
    return text


def _show(text: str) -> str:
    head, slashes, rest = text.partition("//")
    if not slashes:
        head, rest = "", text
    authority = _cut(rest, "/?#")
    if "@" in rest[len(authority) :]:
        return "not shown, since it may contain a password"  # parsers disagree on which part it is
    uri = head + slashes + rest[authority.rfind("@") + 1 :]
    end = next((i for i, char in enumerate(uri) if not _is_shown(char)), len(uri))
    shown = uri[: min(end, _MAX_SHOWN_CHARS)]
    return shown if shown == uri else f"{shown}…"


def _is_shown(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in ":/._-[]")
