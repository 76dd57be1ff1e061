# DEV-ONLY: never ship to production.
"""Request log: the latest requests, and the number of requests of each path, in bounded memory."""

from collections import Counter, defaultdict, deque
from datetime import datetime
from itertools import islice
from typing import Annotated, Final

from msgspec import Meta, Struct

from token_issuer.timing.timestamps import Timestamp

DEFAULT_CAPACITY: Final = 1000
_MAX_COUNTED_PATHS: Final = 200  # of each issuer; further paths share one count
_OTHER_PATHS: Final = "(other paths)"
_MAX_TEXT_CHARACTERS: Final = 200


class LoggedRequest(Struct, frozen=True, kw_only=True):
    """A request and its status. Queries and bodies are not kept, since they may hold tokens."""

    number: Annotated[int, Meta(ge=1, description="Consecutive, also after the log is cleared.")]
    at: Annotated[Timestamp, Meta(description="The time of the response, by the system clock.")]
    issuer: Annotated[str, Meta(description="The name of the issuer; empty for the main one.")]
    method: str
    path: Annotated[
        str, Meta(description="Without repeated slashes, and without the path of the public URL.")
    ]
    status: Annotated[int, Meta(description="The status sent, whether or not a fault cut it off.")]
    user_agent: str
    host: Annotated[str, Meta(description="The Host field of the request.")]
    faults: Annotated[
        tuple[str, ...], Meta(description="The kinds of the active faults; see /admin/faults.")
    ]


class RequestLog:
    """The latest requests, and the number of requests of each path since the log was cleared."""

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        """Keep at most *capacity* requests."""
        self._latest: deque[LoggedRequest] = deque(maxlen=capacity)
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)  # by issuer
        self._number = 0

    def record(  # noqa: PLR0913  # named parts of an entry
        self,
        *,
        at: datetime,
        issuer: str = "",
        method: str,
        path: str,
        status: int,
        user_agent: str = "",
        host: str = "",
        faults: tuple[str, ...] = (),
    ) -> None:
        """Add a request."""
        self._number += 1
        path = path[:_MAX_TEXT_CHARACTERS]
        self._latest.append(
            LoggedRequest(
                number=self._number,
                at=at,
                issuer=issuer,
                method=method,
                path=path,
                status=status,
                user_agent=user_agent[:_MAX_TEXT_CHARACTERS],
                host=host[:_MAX_TEXT_CHARACTERS],
                faults=faults,
            )
        )
        counts = self._counts[issuer]
        is_counted = path in counts or len(counts) < _MAX_COUNTED_PATHS
        counts[path if is_counted else _OTHER_PATHS] += 1

    def count(self, path: str | None = None) -> int:
        """Return the number of requests for *path* (by default, for all paths) since `clear`."""
        return sum(self.counts.values()) if path is None else self.counts.get(path, 0)

    @property
    def latest_number(self) -> int:
        """The number of the latest request, even if it is no longer kept; 0 before the first."""
        return self._number

    @property
    def counts(self) -> dict[str, int]:
        """The number of requests of each path since the log was cleared."""
        return self.count_paths()

    def count_paths(self, issuer: str | None = None) -> dict[str, int]:
        """Return the number of requests of each path, to *issuer* or to all, since `clear`."""
        counts: Counter[str] = Counter()
        for name, of_issuer in self._counts.copy().items():
            if issuer in {None, name}:
                counts.update(of_issuer.copy())
        return dict(counts)

    def list(
        self, path: str | None = None, *, issuer: str | None = None, limit: int | None = None
    ) -> list[LoggedRequest]:
        """Return the latest requests, of *path* and to *issuer* or of all, oldest first."""
        latest = list(self._latest)  # atomic: the server may be running in another thread
        newest_first = (
            request
            for request in latest[::-1]
            if path in {None, request.path} and issuer in {None, request.issuer}
        )
        return list(islice(newest_first, limit))[::-1]

    def clear(self) -> None:
        """Remove all requests and counts."""
        self._latest.clear()
        self._counts.clear()
