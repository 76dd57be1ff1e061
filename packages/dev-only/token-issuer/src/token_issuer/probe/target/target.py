# DEV-ONLY: never ship to production.
"""The URL that is probed."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from token_issuer.probe.results import Reaction
from token_issuer.probe.target.presentation import Presentation
from token_issuer.probe.target.rate_limit import DEFAULT_TIMEOUT_S, RateLimiter
from token_issuer.probe.target.raw_http import ClosedError, exchange
from token_issuer.probe.target.statuses import Statuses
from token_issuer.probe.timing import Deadline, Timing

_USER_AGENT: Final = "token-issuer-probe"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """How the target took one request.

    Attributes:
        reaction: What it did.
        status: The HTTP status; None without an answer.
        duration_s: How long the status took, in seconds.
        detail: What happened where there is no status: "no answer within 5 s".
        is_closed: The connection was closed without an answer. Alone it says little: a server that
            finds a request too long may do so, and one that dies does.
    """

    reaction: Reaction
    status: int | None
    duration_s: float
    detail: str = ""
    is_closed: bool = False

    def describe(self) -> str:
        """Say it to people: "refused with 401"."""
        if self.status is None:
            return self.detail
        if self.reaction is Reaction.UNCLEAR:
            return f"answered {self.status}, which counts neither as accepted nor as refused"
        verb = "failed" if self.reaction is Reaction.CRASHED else self.reaction
        return f"{verb} with {self.status}"


@dataclass(frozen=True)
class Target:
    """A URL that needs a bearer token.

    Attributes:
        url: Where it is, http or https, without credentials.
        presentation: How it wants the token.
        statuses: By which statuses it accepts and refuses.
        timeout_s: How long an answer may take, in seconds.
        tls: The `ssl.SSLContext` of an https URL; its type is not at hand where Python has no TLS.
        pace: Rate limit of the requests; the whole probe uses its timing.
    """

    url: str
    presentation: Presentation = field(default_factory=Presentation)
    statuses: Statuses = field(default_factory=Statuses)
    timeout_s: float = DEFAULT_TIMEOUT_S
    tls: Any = None
    pace: RateLimiter = field(default_factory=RateLimiter)

    @property
    def timing(self) -> Timing:
        """Clock and sleep of the probe."""
        return self.pace.timing

    def send_token(self, token: str) -> Answer:
        """Send a request with this token in the usual way."""
        return self.send([f"Bearer {token}"])

    def send(self, authorization: Sequence[str]) -> Answer:
        """Send a request with these values of `Authorization`, in this order, byte for byte.

        Raises:
            UnsendableError: the header field or cookie of this target cannot carry them.
            ProbeError: the probe has sent as much as it may.
        """
        request = self._build_request(authorization)
        self.pace.wait()
        timer = self.timing.start_timer()
        try:
            status = self._exchange(request, Deadline(timer, self.timeout_s))
        except TimeoutError:
            reaction, detail = Reaction.HUNG, f"no answer within {self.timeout_s:g} s"
        except ClosedError:
            detail = "closed the connection without an answer"
            return Answer(Reaction.CRASHED, None, timer.seconds, detail, is_closed=True)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            reaction, detail = Reaction.CRASHED, f"no connection: {reason}"
        else:
            return Answer(self.statuses.judge(status), status, timer.seconds)
        return Answer(reaction, None, timer.seconds, detail)

    def _build_request(self, authorization: Sequence[str]) -> bytes:
        parts = urlsplit(self.url)
        query = f"?{parts.query}" if parts.query else ""
        lines = [
            f"GET {parts.path or '/'}{query} HTTP/1.1".encode(),
            f"Host: {parts.netloc}".encode(),
            *self.presentation.build_fields(authorization),
            f"User-Agent: {_USER_AGENT}".encode(),
            b"Accept: */*",
            b"Connection: close",
        ]
        return b"\r\n".join([*lines, b"", b""])

    def _exchange(self, request: bytes, deadline: Deadline) -> int:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
        with socket.create_connection((host, port), timeout=self.timeout_s) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is None:
                return exchange(connection, request, deadline)
            with self.tls.wrap_socket(connection, server_hostname=host) as secured:
                return exchange(secured, request, deadline)
