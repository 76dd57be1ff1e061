"""A key set that lives at a URI: verification on top of fetching, caching and screening.

Each fetch runs in an event loop of its own on one short-lived thread and lands in a
`concurrent.futures.Future`. Whoever needs the outcome shares that future: threads block on it,
tasks await it. So sync and async callers take one path, and neither ever blocks a running loop.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from jwt_core.errors import InvalidSignatureError, KeySetUnavailableError, UnknownKeyError
from jwt_core.jwks import KeySet
from jwt_core.remote.cache import CacheLimits, CacheRecord, KeySetState
from jwt_core.remote.fetching import FetchedDocument, Fetcher
from jwt_core.remote.steps import Flight, Steps, run, run_async
from jwt_core.verification import VerificationPolicy, VerifiedToken, verify

Screen = Callable[[Mapping[str, object]], object]
"""Looks at a fetched document and raises to refuse it; what it returns does not matter."""

_log: Final = logging.getLogger("jwt_core.remote")


class RemoteKeySet:
    """Verifies tokens with the key set that a URI serves. Safe to share between threads and tasks.

    One fetch at a time, whoever asks. A set is used for the lifetime its response states. When that
    is over the next verification fetches again, and if that fails the last good set stays in use,
    up to `stale_limit`. A token that the set cannot verify (unknown `kid`, or a bad signature, as
    the issuer may have new keys under old names) causes a fetch too, at most once per `cooldown`.

    Args:
        jwks_uri: Absolute http or https URI; redirects are not followed.
        screen: Looks at each fetched document; if it raises, the document is not used. Called on
            the fetching thread.
        clock: Monotonic seconds; only differences count. Token times are the policy's business.
        timeout: For one whole fetch, however steadily the server trickles.
        max_size: Largest accepted document in bytes.
        cooldown: Pause after a fetch before a token can cause another.
        failure_cooldown: Pause after a failed fetch while the set is absent or stale. Meanwhile the
            answer, good or bad, is immediate.
        default_lifetime: Lifetime of a set whose response states none.
        min_lifetime: Shortest lifetime, for `no-store` too.
        max_lifetime: Longest lifetime; a key that the issuer withdraws is trusted no longer.
        stale_limit: How long after its fetch the last good set outlives a dead endpoint.
        trust_env: Whether to honour `HTTP_PROXY` and its kin, `.netrc` and `SSL_CERT_FILE`. Off by
            default: key sets often come from inside the network, where a proxy meant for the
            outside must see neither the request nor have a say in the answer.

    Raises:
        ValueError: the URI or a limit makes no sense.
    """

    def __init__(  # noqa: PLR0913  # each limit is a keyword of its own, with a default
        self,
        jwks_uri: str,
        *,
        screen: Screen | None = None,
        clock: Callable[[], float] = time.monotonic,
        timeout: timedelta = timedelta(seconds=5),
        max_size: int = 512 * 1024,
        cooldown: timedelta = timedelta(seconds=30),
        failure_cooldown: timedelta = timedelta(seconds=5),
        default_lifetime: timedelta = timedelta(minutes=5),
        min_lifetime: timedelta = timedelta(seconds=10),
        max_lifetime: timedelta = timedelta(hours=1),
        stale_limit: timedelta = timedelta(hours=24),
        trust_env: bool = False,
    ) -> None:
        self._fetcher = Fetcher(
            uri=jwks_uri,
            timeout_s=timeout.total_seconds(),
            max_size=max_size,
            trust_env=trust_env,
        )
        self._limits = CacheLimits(
            cooldown=cooldown,
            failure_cooldown=failure_cooldown,
            default_lifetime=default_lifetime,
            min_lifetime=min_lifetime,
            max_lifetime=max_lifetime,
            stale_limit=stale_limit,
        )
        self._screen = screen
        self._clock = clock
        self._lock = threading.Lock()  # guards the three below; never held while waiting
        self._record = CacheRecord()
        self._flight: Flight | None = None
        self._is_closed = False

    @property
    def state(self) -> KeySetState:
        """Where the key set stands right now."""
        return self._record.get_state(self._clock())

    def verify(self, unverified_token: str, policy: VerificationPolicy) -> VerifiedToken:
        """Verify a token, fetching the key set where needed; blocks the calling thread meanwhile.

        Raises:
            KeySetUnavailableError: there is no usable key set; the cause is chained.
            VerificationError: the token is refused, as by `jwt_core.verify`.
        """
        return run(self._verify(unverified_token, policy))

    async def verify_async(
        self, unverified_token: str, policy: VerificationPolicy
    ) -> VerifiedToken:
        """Verify a token, fetching the key set where needed, without blocking the event loop.

        Raises:
            KeySetUnavailableError: there is no usable key set; the cause is chained.
            VerificationError: the token is refused, as by `jwt_core.verify`.
        """
        return await run_async(self._verify(unverified_token, policy))

    def prefetch(self) -> None:
        """Fetch the key set now if it is due, so that the first token need not wait.

        Raises:
            KeySetUnavailableError: there is no usable key set.
        """
        run(self._load())

    async def prefetch_async(self) -> None:
        """Do as `prefetch`, without blocking the event loop.

        Raises:
            KeySetUnavailableError: there is no usable key set.
        """
        await run_async(self._load())

    def close(self) -> None:
        """Begin no more fetches; one under way ends at its own deadline."""
        with self._lock:
            self._is_closed = True

    def _verify(self, unverified_token: str, policy: VerificationPolicy) -> Steps[VerifiedToken]:
        keys = yield from self._load()
        try:
            return verify(unverified_token, keys, policy)
        except (UnknownKeyError, InvalidSignatureError):
            newer = yield from self._reload(keys)
            if newer == keys:
                raise
        return verify(unverified_token, newer, policy)

    def _load(self) -> Steps[KeySet]:
        with self._lock:
            is_due = self._record.needs_fetch(self._clock())
            flight = self._join_flight() if is_due else None
        if flight is not None:
            yield flight
        return self._get_usable_keys()

    def _reload(self, used: KeySet) -> Steps[KeySet]:
        with self._lock:
            # While this token was being checked another one may have caused the fetch already.
            is_due = self._record.keys is used and self._record.may_fetch(self._clock())
            flight = self._join_flight() if is_due else None
        if flight is not None:
            yield flight
        return self._get_usable_keys()

    def _get_usable_keys(self) -> KeySet:
        record = self._record
        keys = record.get_usable_keys(self._clock())
        if keys is None:
            reason = "nothing was fetched" if record.last_error is None else str(record.last_error)
            raise KeySetUnavailableError(self._fetcher.uri, reason) from record.last_error
        return keys

    def _join_flight(self) -> Flight | None:
        if self._flight is None and not self._is_closed:
            flight = Flight()
            flight.set_running_or_notify_cancel()  # so that no waiter's cancellation reaches it
            thread = threading.Thread(
                target=self._fly, args=(flight,), name="jwt-core-fetch", daemon=True
            )
            try:
                thread.start()
            except RuntimeError as error:  # no more threads: the last good set must do
                self._record = self._refuse(error, logging.ERROR)
                return None
            self._flight = flight
        return self._flight

    def _fly(self, flight: Flight) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._refresh(flight))
        except BaseException as error:  # noqa: BLE001  # whatever happens, the waiters must go on
            self._land(flight, self._refuse(error, logging.ERROR))

    async def _refresh(self, flight: Flight) -> None:
        # Lands before the loop closes: that may have to wait for a name lookup that hangs.
        try:
            fetched = await self._fetcher.fetch()
        except Exception as error:  # noqa: BLE001  # the last good set stays, whatever went wrong
            self._land(flight, self._refuse(error, logging.WARNING))
        else:
            self._land(flight, self._accept(fetched))

    def _accept(self, fetched: FetchedDocument) -> CacheRecord:
        try:
            if self._screen is not None:
                self._screen(fetched.document)
            keys = KeySet.from_document(fetched.document)
        except Exception as error:  # noqa: BLE001  # the screen raises what it likes
            return self._refuse(error, logging.ERROR)
        return self._record.record_success(
            keys, self._clock(), fetched.stated_lifetime_s, self._limits
        )

    def _refuse(self, error: BaseException, level: int) -> CacheRecord:
        _log.log(level, "no new key set from %s: %s", self._fetcher.uri, error)
        return self._record.record_failure(error, self._clock(), self._limits)

    def _land(self, flight: Flight, record: CacheRecord) -> None:
        with self._lock:
            if self._flight is not flight:
                return
            self._record = record
            self._flight = None
        flight.set_result(None)
