# DEV-ONLY: never ship to production.
"""Request log: the latest requests, and the number of requests of each path, in bounded memory."""

from collections import Counter, deque
from datetime import datetime
from itertools import islice
from typing import Annotated, Final

from msgspec import Meta, Struct

from token_issuer.timing.timestamps import Timestamp

DEFAULT_CAPACITY: Final = 1000
_MAX_COUNTED_PATHS: Final = 200  # counted by path; further paths share one count
_OTHER_PATHS: Final = "(other paths)"
_MAX_TEXT_CHARACTERS: Final = 200


class LoggedRequest(Struct, frozen=True, kw_only=True):
    """A request and its status. Queries and bodies are not kept, since they may hold tokens."""

    number: Annotated[int, Meta(ge=1, description="Consecutive, also after the log is cleared.")]
    at: Annotated[Timestamp, Meta(description="The time of the response, by the system clock.")]
    method: str
    path: str
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
        self._counts: Counter[str] = Counter()
        self._number = 0

    def record(
        self,
        *,
        at: datetime,
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
                method=method,
                path=path,
                status=status,
                user_agent=user_agent[:_MAX_TEXT_CHARACTERS],
                host=host[:_MAX_TEXT_CHARACTERS],
                faults=faults,
            )
        )
        is_counted = path in self._counts or len(self._counts) < _MAX_COUNTED_PATHS
        self._counts[path if is_counted else _OTHER_PATHS] += 1

    def count(self, path: str | None = None) -> int:
        """Return the number of requests for *path* (by default, for all paths) since `clear`."""
        return sum(self._counts.copy().values()) if path is None else self._counts[path]

    @property
    def counts(self) -> dict[str, int]:
        """The number of requests of each path since the log was cleared."""
        return dict(self._counts)

    def list(self, path: str | None = None, *, limit: int | None = None) -> list[LoggedRequest]:
        """Return the latest requests, of *path* or of all, oldest first."""
        latest = list(self._latest)  # atomic: the server may be running in another thread
        newest_first = (request for request in latest[::-1] if path in {None, request.path})
        return list(islice(newest_first, limit))[::-1]

    def clear(self) -> None:
        """Remove all requests and counts."""
        self._latest.clear()
        self._counts.clear()
