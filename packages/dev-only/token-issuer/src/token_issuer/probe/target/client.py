# DEV-ONLY: never ship to production.
"""HTTP client for the probed URL."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from token_issuer.probe.results import Reaction
from token_issuer.probe.target.presentation import Presentation
from token_issuer.probe.target.rate_limit import DEFAULT_TIMEOUT_S, RateLimiter
from token_issuer.probe.target.raw_http import ClosedError, send_request
from token_issuer.probe.target.statuses import Statuses
from token_issuer.probe.timing import Deadline, Timing

_USER_AGENT: Final = "token-issuer-probe"
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_VERBS: Final = {
    Reaction.ACCEPTED: "accepted",
    Reaction.REFUSED: "rejected",
    Reaction.CRASHED: "failed",
}


@dataclass(frozen=True, slots=True)
class TargetResponse:
    """The reaction of the target to one request.

    Attributes:
        reaction: How the target reacted.
        status: The HTTP status; None without a response.
        duration_s: Time until the status arrived, in seconds.
        detail: What happened if there is no status: "no response within 5 s".
        is_closed: Whether the target closed the connection without a response. A server may do so
            to reject an overlong request, or because it crashed.
    """

    reaction: Reaction
    status: int | None
    duration_s: float
    detail: str = ""
    is_closed: bool = False

    def describe(self) -> str:
        """Describe the reaction in a few words: "rejected with 401"."""
        if self.status is None:
            return self.detail
        if self.reaction is Reaction.UNCLEAR:
            is_limited = self.status == HTTPStatus.TOO_MANY_REQUESTS
            advice = "; it limits the rate of requests, so lower --rate" if is_limited else ""
            return f"answered {self.status}, which means neither acceptance nor rejection{advice}"
        return f"{_VERBS[self.reaction]} with {self.status}"


@dataclass(frozen=True)
class Target:
    """A URL that needs a bearer token.

    Attributes:
        url: An http or https URL without credentials.
        presentation: Where the target expects the token.
        statuses: The statuses by which the target accepts and rejects a token.
        timeout_s: Time limit of a response, in seconds.
        tls: The `ssl.SSLContext` of an https URL; untyped, since `ssl` may be unavailable.
        rate_limiter: Limits the rate of the requests; the whole probe uses its timing.
    """

    url: str
    presentation: Presentation = field(default_factory=Presentation)
    statuses: Statuses = field(default_factory=Statuses)
    timeout_s: float = DEFAULT_TIMEOUT_S
    tls: Any = None
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)

    @property
    def timing(self) -> Timing:
        """Clock and sleep of the probe."""
        return self.rate_limiter.timing

    def send_token(self, token: str) -> TargetResponse:
        """Send a request with *token* as the only value of `Authorization`."""
        return self.send([f"Bearer {token}"])

    def send(self, authorization: Sequence[str]) -> TargetResponse:
        """Send a request with these values of `Authorization`, in this order, byte for byte.

        Raises:
            UnsendableError: the header field or cookie of this target cannot carry them.
            ProbeError: the limit on the number of requests is reached.
        """
        request = self._build_request(authorization)
        self.rate_limiter.wait()
        timer = self.timing.start_timer()
        try:
            status = self._connect_and_send(request, Deadline(timer, self.timeout_s))
        except TimeoutError:
            reaction, detail = Reaction.HUNG, f"no response within {self.timeout_s:g} s"
        except ClosedError:
            detail = "closed the connection without a response"
            return TargetResponse(Reaction.CRASHED, None, timer.seconds, detail, is_closed=True)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            reaction, detail = Reaction.CRASHED, f"no connection: {reason}"
        else:
            return TargetResponse(self.statuses.judge(status), status, timer.seconds)
        return TargetResponse(reaction, None, timer.seconds, detail)

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

    def _connect_and_send(self, request: bytes, deadline: Deadline) -> int:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
        with socket.create_connection((host, port), timeout=self.timeout_s) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is None:
                return send_request(connection, request, deadline)
            with self.tls.wrap_socket(connection, server_hostname=host) as secured:
                return send_request(secured, request, deadline)
