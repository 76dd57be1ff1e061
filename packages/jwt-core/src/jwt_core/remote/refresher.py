"""The current key set, and the fetch that replaces it.

Each fetch runs on a short-lived daemon thread and completes an `InFlightFetch`, which all callers
that need the result share: threads block on it, tasks await it. So sync and async callers share one
implementation, and neither blocks a running event loop.
"""

import logging
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from jwt_core.argument_checks import check_function, check_type
from jwt_core.errors import KeySetUnavailableError
from jwt_core.jwks import KeySet, decode_members
from jwt_core.remote.cache import CacheLimits, CacheRecord, KeySetState
from jwt_core.remote.fetching import FetchedDocument, Fetcher, FetchError
from jwt_core.remote.sans_io import InFlightFetch, Steps
from jwt_core.skipped_keys import SkippedKeyLog

DocumentValidator = Callable[[Mapping[str, object]], object]
"""Function that raises any exception to reject a fetched document; its result is ignored."""

MAX_OVERRUN_S: Final = 10
"""Time beyond the time limit of a fetch for which callers wait for it.

It leaves time for the document validator, and for a machine too busy to end the fetch in time.
"""

logger = logging.getLogger("jwt_core.remote")


class Refresher:
    """Fetch a key set when it is needed, at most once at a time, and keep the last valid one.

    Args:
        fetcher: Fetches the document.
        limits: How long a set is used, and how often it is fetched.
        document_validator: Called with each fetched document; it raises to reject the document.
        clock: Function that returns monotonic seconds.

    Raises:
        TypeError: A function, or the time that *clock* returns, has the wrong type.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        limits: CacheLimits,
        document_validator: DocumentValidator | None,
        clock: Callable[[], float],
    ) -> None:
        _check_functions(document_validator, clock)
        self._fetcher = fetcher
        self._limits = limits
        self._document_validator = document_validator
        self._clock = clock
        self._skipped_key_log = SkippedKeyLog(f"the key set of {fetcher.jwks_uri}")
        self._lock = threading.Lock()  # guards the next three attributes; never held while waiting
        self._record = CacheRecord()
        self._in_flight: InFlightFetch | None = None
        self._is_closed = False
        _refreshers.add(self)

    @property
    def state(self) -> KeySetState:
        """The current state of the key set."""
        return self._record.get_state(self._clock())

    def load(self) -> Steps[KeySet]:
        """Return the usable set; fetch it first if a fetch is due.

        Raises:
            KeySetUnavailableError: There is no usable set.
        """
        with self._lock:
            is_due = self._record.needs_fetch(self._clock())
            fetch = self._join_fetch() if is_due else None
        return (yield from self._wait(fetch))

    def reload(self, used: KeySet) -> Steps[KeySet]:
        """Return a newer set than *used*, which did not verify a token; *used* during the cooldown.

        Raises:
            KeySetUnavailableError: There is no usable set.
        """
        with self._lock:
            # Another token may have caused the fetch while this one was verified.
            is_due = self._record.keys is used and self._record.may_fetch(self._clock())
            fetch = self._join_fetch() if is_due else None
        return (yield from self._wait(fetch))

    def close(self) -> None:
        """Start no more fetches."""
        with self._lock:
            self._is_closed = True

    def reset_after_fork(self) -> None:
        """Replace the lock and discard the fetch in flight, whose threads the child does not have.

        The last valid set remains in use.
        """
        self._lock = threading.Lock()
        self._in_flight = None
        self._fetcher = replace(self._fetcher)

    def _wait(self, fetch: InFlightFetch | None) -> Steps[KeySet]:
        if fetch is not None:
            self._start(fetch)
            yield fetch
            if not fetch.is_complete():
                self._record_overrun(fetch)
        record = self._record
        keys = record.get_usable_keys(self._clock())
        if keys is None:
            reason = "nothing was fetched" if record.last_error is None else str(record.last_error)
            raise KeySetUnavailableError(self._fetcher.jwks_uri, reason) from record.last_error
        return keys

    def _join_fetch(self) -> InFlightFetch | None:
        # While the document validator of a fetch hangs, no other fetch is started.
        is_needed = self._in_flight is None or self._in_flight.is_lost()
        if is_needed and not self._is_closed:
            self._in_flight = InFlightFetch(self._fetcher.timeout.total_seconds() + MAX_OVERRUN_S)
        return self._in_flight

    def _start(self, fetch: InFlightFetch) -> None:
        thread = threading.Thread(
            target=self._run_fetch, args=(fetch,), name="jwt-core-fetch", daemon=True
        )
        with self._lock:
            if fetch.thread is not None:
                return
            fetch.thread = thread
        try:
            thread.start()
        except RuntimeError as error:  # no more threads: keep using the last valid set
            self._complete(fetch, self._record_failure(error, logging.ERROR))

    def _run_fetch(self, fetch: InFlightFetch) -> None:
        try:
            record = self._refresh()
        except FetchError as error:
            record = self._record_failure(error, logging.WARNING)
        except BaseException as error:  # noqa: BLE001  # the waiting callers must continue
            record = self._record_failure(error, logging.ERROR)
        self._complete(fetch, record)

    def _refresh(self) -> CacheRecord:
        fetched = self._fetcher.fetch()
        if fetched.document is None:
            return self._confirm_keys(fetched)
        if self._document_validator is not None:
            self._document_validator(fetched.document)
        keys, skipped = decode_members(fetched.document)
        self._skipped_key_log.log(skipped)
        return self._record.record_success(
            KeySet(keys), self._clock(), fetched.stated_lifetime_s, self._limits
        )

    def _confirm_keys(self, fetched: FetchedDocument) -> CacheRecord:
        now, record = self._clock(), self._record
        keys = record.get_usable_keys(now)
        if keys is None:
            message = (
                "the response has status 304 (not modified), but no usable key set was fetched "
                "before; expected 200, because the request has no condition"
            )
            raise FetchError(message)
        return record.record_not_modified(keys, now, fetched.stated_lifetime_s, self._limits)

    def _record_overrun(self, fetch: InFlightFetch) -> None:
        with self._lock:
            is_first = self._in_flight is fetch and not fetch.is_overdue
            fetch.is_overdue = True
        if not is_first:
            return
        message = (
            f"the fetch has not ended within {MAX_OVERRUN_S} s after its time limit; "
            "make sure that document_validator returns"
        )
        record = self._record_failure(FetchError(message), logging.ERROR)
        with self._lock:
            if not fetch.is_complete():
                self._record = record

    def _record_failure(self, error: BaseException, level: int) -> CacheRecord:
        logger.log(level, "no new key set from %s: %s", self._fetcher.jwks_uri, error)
        return self._record.record_failure(error, self._clock(), self._limits)

    def _complete(self, fetch: InFlightFetch, record: CacheRecord) -> None:
        with self._lock:
            if self._in_flight is fetch:
                self._record = record
                self._in_flight = None
        fetch.complete()


_refreshers: Final[weakref.WeakSet[Refresher]] = weakref.WeakSet()


def _reset_all_after_fork() -> None:
    for refresher in list(_refreshers):
        refresher.reset_after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_reset_all_after_fork)


def _check_functions(document_validator: object, clock: object) -> None:
    remedy = "use a function that raises to reject a document, or None"
    if document_validator is not None:
        check_function("document_validator", document_validator, remedy)
    remedy = "use a function that returns monotonic seconds, such as time.monotonic"
    now = check_function("clock", clock, remedy)()
    check_type("clock()", now, int | float, remedy)
