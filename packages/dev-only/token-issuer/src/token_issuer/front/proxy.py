# DEV-ONLY: never ship to production.
"""The protocol of a forward proxy that answers Google's names with the issuer.

CONNECT leads to the issuer, behind a certificate for the name, or to a host that is allowed. A
request with an http URL leads to the issuer if it names the metadata server.

Spec: RFC 9110 §9.3.6, RFC 9112 §3.2.2
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NoReturn

from OpenSSL import SSL

from token_issuer.front.addresses import parse_address
from token_issuer.front.entrance import Entrance
from token_issuer.front.errors import ProxyRequestError
from token_issuer.front.heads import (
    CONNECTED,
    HEAD_END,
    Head,
    find_target,
    parse_head,
    rewrite_head,
)
from token_issuer.front.relay import Relay
from token_issuer.front.targets import Action, AllowedHost, Target, judge_target
from token_issuer.google_hosts import HTTP_NAMES
from token_issuer.paths import HEALTH_PATH
from token_issuer.tls.protocol import TlsProtocol

MAX_HEAD_BYTES: Final = 64 * 1024
_MAX_LOGGED_HOSTS: Final = 1000
_PREFERENCE_DELAY_S: Final = 0.25
"""Time after which the next address of an allowed host is tried as well (RFC 8305 §5)."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Front:
    """Where Google's names lead to.

    Attributes:
        issuer: The host and port of the issuer.
        context: The TLS settings of a server with certificates for Google's names.
        allowed: The other hosts that clients may reach.
        logged_hosts: The refused hosts that the log mentions.
    """

    issuer: tuple[str, int]
    context: SSL.Context
    allowed: Sequence[AllowedHost] = ()
    logged_hosts: set[str] = field(default_factory=set, init=False)


class IssuerEntrance(Entrance):
    """The first protocol of a connection that can lead to the issuer."""

    def __init__(self, front: Front, connections: set[Entrance]) -> None:
        super().__init__(connections)
        self.front = front

    def answer_tls(self, rest: bytes = b"") -> None:
        """Lead the connection to the issuer once the TLS handshake is complete."""
        relay = self.start_relay()

        def start_inner() -> asyncio.Protocol:
            self.run(self.loop.create_task(self._connect_to_issuer(relay)))
            return relay.client

        self.hand_over(TlsProtocol(self.front.context, start_inner), rest)

    async def _connect_to_issuer(self, relay: Relay) -> None:
        try:
            await self.connect(relay, Target(*self.front.issuer))
        except ProxyRequestError as error:
            logger.error("%s", error)  # noqa: TRY400  # the reason is in the message
            relay.abort()
        else:
            self.complete()

    async def connect(self, relay: Relay, target: Target) -> None:
        """Connect the other end of *relay* to *target*.

        Raises:
            ProxyRequestError: the target cannot be reached.
        """
        try:
            transport, _ = await self.loop.create_connection(
                lambda: relay.server, *target, happy_eyeballs_delay=_PREFERENCE_DELAY_S
            )
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "it has no address"
            message = f"{target.host[:80]} port {target.port} cannot be reached: {reason}"
            raise ProxyRequestError(HTTPStatus.BAD_GATEWAY, message) from error
        peer = transport.get_extra_info("peername")  # None if the server has disconnected already
        is_issuer = target == self.front.issuer
        if peer is not None and not is_issuer and str(parse_address(peer[0])) in HTTP_NAMES:
            relay.abort()
            message = f"{target.host[:80]} is an address of the metadata server of a real machine"
            raise ProxyRequestError(HTTPStatus.FORBIDDEN, message)


class ProxyEntrance(IssuerEntrance):
    """The first protocol of a connection to the proxy: it reads one request head."""

    def __init__(self, front: Front, connections: set[Entrance]) -> None:
        super().__init__(front, connections)
        self._received = bytearray()

    def receive(self, data: bytes) -> None:
        """Collect the request head, and follow it."""
        self._received += data
        new = len(self._received) - len(data)
        end = self._received.find(HEAD_END, max(0, new + 1 - len(HEAD_END)))
        size = len(self._received) if end < 0 else end
        try:
            if size > MAX_HEAD_BYTES:
                refuse_large_head()
            if end >= 0 or not self._received[:1].isalpha():  # other protocols have no head
                head = parse_head(bytes(self._received[:size]))
                rest = bytes(self._received[end + len(HEAD_END) :])
                self._received.clear()
                self._follow(head, rest)
        except ProxyRequestError as error:
            self.refuse(error)

    def _follow(self, head: Head, rest: bytes) -> None:
        if (head.method, head.target) == ("GET", HEALTH_PATH):  # for health checks of the proxy
            lines = "\r\n".join((f"GET {HEALTH_PATH} HTTP/1.1", *head.lines, "Connection: close"))
            self._lead(Target(*self.front.issuer), lines.encode("latin-1") + HEAD_END)
            return
        target = find_target(head)
        decision = judge_target(target, self.front.allowed)
        if decision.action is Action.REFUSE:
            self._log_refusal(target, decision.reason)
            raise ProxyRequestError(HTTPStatus.FORBIDDEN, decision.reason)
        if not head.is_connect and decision.action is not Action.ANSWER_PLAIN:
            message = f"{target.host} is reached with TLS only: use an https URL"
            raise ProxyRequestError(HTTPStatus.FORBIDDEN, message)
        if decision.action is Action.ANSWER_TLS:
            self.transport.write(CONNECTED)
            self.answer_tls(rest)
        else:
            server = target if decision.action is Action.TUNNEL else Target(*self.front.issuer)
            self._lead(server, rest if head.is_connect else rewrite_head(head) + rest, head)

    def _lead(self, server: Target, first: bytes, head: Head | None = None) -> None:
        """Connect to *server*, send it *first*, and relay what follows."""
        is_connect = head is not None and head.is_connect
        relay = self.start_relay()
        self.transport.pause_reading()

        async def lead() -> None:
            try:
                await self.connect(relay, server)
            except ProxyRequestError as error:
                self.transport.resume_reading()
                self.refuse(error)
                return
            if is_connect:
                self.transport.write(CONNECTED)
            self.transport.resume_reading()
            self.hand_over(relay.client, first)
            self.complete()

        self.run(self.loop.create_task(lead()))

    def _log_refusal(self, target: Target, reason: str) -> None:
        """Log the first refusal of each host; clients show less than the whole response."""
        logged = self.front.logged_hosts
        if str(target) not in logged and len(logged) < _MAX_LOGGED_HOSTS:
            logged.add(str(target))
            logger.warning("refused a connection: %s", reason)


def refuse_large_head() -> NoReturn:
    """Raise the error for a request head that is too large."""
    message = f"the request head is larger than {MAX_HEAD_BYTES} bytes: send fewer header fields"
    raise ProxyRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, message)


class TlsEntrance(IssuerEntrance):
    """The first protocol of a connection whose client believes that it is connected to Google."""

    def begin(self) -> None:
        """Start the handshake."""
        self.answer_tls()
