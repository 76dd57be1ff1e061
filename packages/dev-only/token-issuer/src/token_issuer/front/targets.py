# DEV-ONLY: never ship to production.
"""The targets of a forward proxy: which ones the issuer answers, and which are reached or refused.

Spec: RFC 9110 §9.3.6
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from token_issuer.config.host_names import is_loopback_name, normalize_host_name
from token_issuer.config.parsers import MAX_PORT
from token_issuer.google_hosts import HTTP_NAMES, HTTP_PORT, HTTPS_NAMES, HTTPS_PORT

_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(:(?P<port>[0-9]{1,5}))?")
_WILDCARD: Final = "*."
_MAX_SHOWN_CHARACTERS: Final = 80


class Target(NamedTuple):
    """The host and port that a client wants to reach; the host is in its normal form."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return the value of `--allow` for this target; port 443 is the default there."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


class Action(Enum):
    """How the proxy treats a target."""

    ANSWER_TLS = "the issuer answers, behind a certificate for the name"
    ANSWER_PLAIN = "the issuer answers, without TLS"
    TUNNEL = "the host itself answers; the proxy relays the encrypted bytes"
    REFUSE = "nobody answers"


class Decision(NamedTuple):
    """How the proxy treats a target, and why if it refuses it."""

    action: Action
    reason: str = ""


class AllowedHost(NamedTuple):
    """A value of `--allow`: a host or, below a wildcard, the names that end with `suffix`."""

    host: str
    port: int
    suffix: str = ""

    def matches(self, target: Target) -> bool:
        """Return whether the proxy may reach *target*."""
        if target.port != self.port:
            return False
        return target.host.endswith(self.suffix) if self.suffix else target.host == self.host


def parse_target(text: str, default_port: int | None = None) -> Target:
    """Return the target that a client names as `HOST:PORT`.

    >>> parse_target("WWW.googleapis.com.:443")
    Target(host='www.googleapis.com', port=443)

    Args:
        text: The target of CONNECT, or the authority of a URL.
        default_port: The port if *text* has none; None if the port is required.

    Raises:
        ValueError: *text* is not such a target.
    """
    match = _AUTHORITY.fullmatch(text)
    port = default_port if match is None or match["port"] is None else int(match["port"])
    if match is None or port is None or not 0 < port <= MAX_PORT:
        message = "expected HOST:PORT, such as www.googleapis.com:443"
        raise ValueError(message)
    return Target(normalize_host_name(match["host"]), port)


def parse_allowed_host(text: str) -> AllowedHost:
    """Return a host that the proxy may reach.

    >>> parse_allowed_host("*.example.com:8443")
    AllowedHost(host='example.com', port=8443, suffix='.example.com')

    Raises:
        ValueError: not a host name with an optional port, or a name that the issuer answers.
    """
    expected = "expected HOST or HOST:PORT, such as pypi.org, *.example.com or db.test:8443"
    try:
        host, port = parse_target(text.removeprefix(_WILDCARD), HTTPS_PORT)
    except ValueError:
        raise ValueError(expected) from None
    if text.startswith(_WILDCARD):
        return AllowedHost(host, port, f".{host}")
    if host in HTTPS_NAMES or host in HTTP_NAMES:
        message = f"the issuer answers {host}, and no option reaches the real one; leave it out"
        raise ValueError(message)
    return AllowedHost(host, port)


def judge_target(target: Target, allowed: Sequence[AllowedHost]) -> Decision:
    """Decide how the proxy treats *target*; Google's names are answered even if they are allowed.

    Args:
        target: The host and port.
        allowed: The hosts that the proxy may reach.
    """
    host, port = target
    if host in HTTPS_NAMES and port == HTTPS_PORT:
        return Decision(Action.ANSWER_TLS)
    if host in HTTP_NAMES and port == HTTP_PORT:
        return Decision(Action.ANSWER_PLAIN)
    if host in HTTPS_NAMES or host in HTTP_NAMES:
        answered = HTTPS_PORT if host in HTTPS_NAMES else HTTP_PORT
        reason = f"the issuer answers {host} on port {answered} only; leave out the port {port}"
        return Decision(Action.REFUSE, reason)
    if any(each.matches(target) for each in allowed):
        return Decision(Action.TUNNEL)
    shown = str(target)[:_MAX_SHOWN_CHARACTERS]
    if is_loopback_name(host):
        reason = f"{shown} is a loopback address; add it to NO_PROXY, or allow it: --allow {shown}"
    else:
        remedy = f"to reach it, allow it: --allow {shown}"
        reason = f"{shown} is not a name that the issuer answers; {remedy}"
    return Decision(Action.REFUSE, reason)
