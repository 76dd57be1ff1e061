# DEV-ONLY: never ship to production.
"""The redirect URIs that a client may use.

Declared ones are compared as strings, except for the port of a loopback address. Without
declarations only loopback addresses and names without a dot are accepted, which lead to this
machine or to a container, so the issuer is no open redirector to a host on the internet.

Spec: RFC 6749 §3.1.2, RFC 8252 §7.3, RFC 9700 §4.1.3
"""

import re
from collections.abc import Iterable
from typing import Final

from token_issuer.config.host_names import is_loopback_name

_CHARACTERS: Final = re.compile(r"[!$-;=?-\[\]_a-z~]+")  # visible, without " # < > \ ^ ` { | }
_HTTP_URI: Final = re.compile(
    r"https?://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)(:[0-9]{1,5})?([/?].*)?",
    re.IGNORECASE,
)
_LOOPBACK_URI: Final = re.compile(
    r"(?P<start>http://(127\.0\.0\.1|\[::1\]|localhost))(:[0-9]{1,5})?(?P<rest>([/?].*)?)"
)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
"""A name that browsers read as an IPv4 address, such as `134744072` (URL Standard §3.5)."""


def is_allowed(uri: str, declared: Iterable[str]) -> bool:
    """Tell whether a client with the *declared* redirect URIs may use *uri*.

    A client that declares none may use those that `is_local` accepts.
    """
    known = tuple(declared)
    if not known:
        return is_local(uri)
    return any(_is_equal(uri, other) for other in known)


def is_local(uri: str) -> bool:
    """Tell whether *uri* leads to a loopback address, or to a name without a dot.

    >>> is_local("http://app:3000/callback"), is_local("http://app.example.com/callback")
    (True, False)
    """
    match = _HTTP_URI.fullmatch(uri)
    if match is None or _CHARACTERS.fullmatch(uri) is None:
        return False
    host = match["host"]
    if is_loopback_name(host):
        return True
    return "." not in host and ":" not in host and _NUMBER.fullmatch(host) is None


def _is_equal(uri: str, declared: str) -> bool:
    if uri == declared:
        return True
    ours, theirs = _LOOPBACK_URI.fullmatch(uri), _LOOPBACK_URI.fullmatch(declared)
    if ours is None or theirs is None:
        return False
    return ours.group("start", "rest") == theirs.group("start", "rest")
