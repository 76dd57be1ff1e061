# DEV-ONLY: never ship to production.
"""Log of the latest logins: what the client requested, and whether the planned defect struck."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta, Struct

from token_issuer.key_documents import find_key_document
from token_issuer.oauth.records import AuthorizationRequest, Grant
from token_issuer.request_log import RequestLog

MAX_DONE_LOGINS: Final = 100


class RequestSummary(Struct, frozen=True, kw_only=True):
    """An authorization request, without its secrets."""

    response_type: str
    scope: str
    redirect_uri: str
    has_state: bool
    has_nonce: bool
    code_challenge_method: Annotated[str | None, Meta(description="Null without PKCE.")]
    response_mode: str
    prompt: str


class DoneLogin(Struct, frozen=True, kw_only=True):
    """A login that gave a client a code, or a device its tokens."""

    number: Annotated[int, Meta(ge=1, description="Increases with each login.")]
    user: str
    client_id: str
    defect: Annotated[str | None, Meta(description="The planned defect; null without one.")]
    struck: Annotated[
        bool,
        Meta(description="Whether the defect has changed a response; false if none could show it."),
    ]
    requests: Annotated[
        tuple[str, ...],
        Meta(
            description="What the client has requested since: authorize, token, refresh, userinfo, "
            "tokeninfo, introspect; and keys if anyone fetched keys before the next login.",
        ),
    ]
    request: Annotated[
        RequestSummary | None, Meta(description="The authorization request; null for a device.")
    ]


@dataclass(slots=True)
class _Entry:
    grant: Grant
    request: AuthorizationRequest | None
    start: int
    """The number of the latest request in the request log when the login was done."""
    requests: list[str]
    has_struck: bool = False


class DoneLogins:
    """The latest logins of an issuer, oldest first."""

    def __init__(self, requests: RequestLog, issuer: str, capacity: int = MAX_DONE_LOGINS) -> None:
        """Keep at most *capacity* logins.

        Args:
            requests: The request log, which shows whether keys have been fetched.
            issuer: The name of the issuer in that log.
            capacity: How many logins to keep.
        """
        self._requests = requests
        self._issuer = issuer
        self._capacity = capacity
        self._entries: dict[int, _Entry] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many logins are kept."""
        return len(self._entries)

    def __iter__(self) -> Iterator[DoneLogin]:
        """Iterate over the logins, the oldest first."""
        with self._lock:
            entries = list(self._entries.values())
        starts = [entry.start for entry in entries] + [self._requests.latest_number]
        fetches = [
            request.number
            for request in self._requests.list(issuer=self._issuer)
            if find_key_document(request.path) is not None
        ]
        described = [
            _describe(entry, has_keys=any(start < number <= end for number in fetches))
            for entry, (start, end) in zip(entries, pairwise(starts), strict=True)
        ]
        return iter(described)

    def add(self, grant: Grant, request: AuthorizationRequest | None) -> None:
        """Add the login of *grant*; *request* is None for a device."""
        requests = [] if request is None else ["authorize"]
        entry = _Entry(grant, request, self._requests.latest_number, requests)
        with self._lock:
            self._entries[grant.number] = entry
            if len(self._entries) > self._capacity:
                del self._entries[next(iter(self._entries))]

    def note(self, grant: Grant, request: str) -> None:
        """Note that the client has sent a *request*, such as `token`, with a value of *grant*."""
        entry = self._entries.get(grant.number)
        if entry is not None and request not in entry.requests:
            entry.requests.append(request)

    def strike(self, grant: Grant) -> None:
        """Note that the defect of *grant* has changed a response."""
        entry = self._entries.get(grant.number)
        if entry is not None:
            entry.has_struck = True

    def find_earlier_nonce(self, grant: Grant) -> str | None:
        """Return the latest nonce that the client of *grant* sent for an earlier login."""
        with self._lock:
            entries = list(self._entries.values())
        nonces = [
            entry.request.nonce
            for entry in entries
            if entry.request is not None
            and entry.grant.client_id == grant.client_id
            and entry.grant.number < grant.number
        ]
        return next(filter(None, reversed(nonces)), None)

    def clear(self) -> None:
        """Forget all logins."""
        with self._lock:
            self._entries.clear()


def _describe(entry: _Entry, *, has_keys: bool) -> DoneLogin:
    session = entry.grant.session
    return DoneLogin(
        number=entry.grant.number + 1,
        user=session.user,
        client_id=entry.grant.client_id,
        defect=session.defect or None,
        struck=entry.has_struck,
        requests=(*entry.requests, *(("keys",) if has_keys else ())),
        request=None if entry.request is None else _summarize(entry.request),
    )


def _summarize(request: AuthorizationRequest) -> RequestSummary:
    return RequestSummary(
        response_type="code",
        scope=" ".join(request.scope),
        redirect_uri=request.target.redirect_uri,
        has_state=request.target.state is not None,
        has_nonce=request.nonce is not None,
        code_challenge_method=request.challenge_method,
        response_mode=request.target.mode,
        prompt=" ".join(request.prompt),
    )
