# DEV-ONLY: never ship to production.
"""Which requests came in: the latest ones, and how many of each, in bounded memory."""

from collections import Counter, deque
from datetime import datetime
from itertools import islice
from typing import Annotated, Final

from msgspec import Meta, Struct

DEFAULT_CAPACITY: Final = 1000
_MAX_COUNTED_PATHS: Final = 200  # counted by name; a scanner's thousand paths share one count
_OTHER_PATHS: Final = "(other paths)"
_MAX_TEXT_CHARACTERS: Final = 200


class LoggedRequest(Struct, frozen=True, kw_only=True):
    """A request that was answered. Queries and bodies are not kept: they may hold tokens."""

    number: Annotated[int, Meta(ge=1, description="Counts up, over a cleared log too.")]
    at: Annotated[datetime, Meta(tz=True, description="When it was answered, by the real clock.")]
    method: str
    path: str
    status: Annotated[int, Meta(description="As answered, whether or not a fault let it arrive.")]
    user_agent: str
    host: Annotated[str, Meta(description="The Host field: the name by which it was asked.")]
    faults: Annotated[
        tuple[str, ...], Meta(description="The kinds of faults that struck; see /admin/faults.")
    ]


class RequestLog:
    """The latest requests, and how many there were of each path since the log was cleared."""

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        """Keep at most *capacity* requests."""
        self._latest: deque[LoggedRequest] = deque(maxlen=capacity)
        self._counts: Counter[str] = Counter()
        self._number = 0

    def record(  # all that is known of a request, by name
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
        """Return how many requests came since the log was cleared, of *path* or of all."""
        return sum(self._counts.copy().values()) if path is None else self._counts[path]

    @property
    def counts(self) -> dict[str, int]:
        """How many requests came for each path since the log was cleared."""
        return dict(self._counts)

    def list(self, path: str | None = None, *, limit: int | None = None) -> list[LoggedRequest]:
        """Return the latest requests, of *path* or of all, oldest first."""
        latest = list(self._latest)  # in one step: the server may be at work in another thread
        newest_first = (request for request in latest[::-1] if path in {None, request.path})
        return list(islice(newest_first, limit))[::-1]

    def clear(self) -> None:
        """Forget all requests."""
        self._latest.clear()
        self._counts.clear()
