"""Remote JWKS client: token verification with a fetched and cached key set.

Each fetch runs in a new event loop on a short-lived thread and completes a
`concurrent.futures.Future`, which all callers that need the result share: threads block on it,
tasks await it. So sync and async callers share one implementation, and neither blocks a running
event loop.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from jwt_core.argument_checks import check_function, check_type
from jwt_core.errors import InvalidSignatureError, KeySetUnavailableError, UnknownKeyError
from jwt_core.jwks import KeySet
from jwt_core.remote.cache import CacheLimits, CacheRecord, KeySetState
from jwt_core.remote.fetching import FetchedDocument, Fetcher
from jwt_core.remote.sans_io import InFlightFetch, Steps, run, run_async
from jwt_core.verification import VerificationPolicy, VerifiedToken, verify

DocumentValidator = Callable[[Mapping[str, object]], object]
"""Function that raises any exception to reject a fetched document; its result is ignored."""

logger = logging.getLogger("jwt_core.remote")


class RemoteKeySet:
    """Verify tokens with the key set at a URI. One instance may be shared by threads and tasks.

    There is at most one fetch at a time. A set is used for the lifetime that its response states.
    After that the next verification fetches again; if the fetch fails, the last valid set is used
    until `stale_limit`. A token with an unknown `kid` or an invalid signature also causes a fetch,
    at most once per `cooldown`: the issuer may have published new keys, even under old `kid`s.

    Args:
        jwks_uri: Absolute http or https URI; redirects are not followed.
        document_validator: Called with each fetched document, on the fetching thread. If it raises,
            the document is rejected and the last valid set is kept.
        clock: Function that returns monotonic seconds. It is called once at construction to check
            it. The times in tokens are compared with the policy's clock.
        timeout: Time limit of one whole fetch, however slowly the server sends.
        max_document_bytes: Largest accepted response body.
        cooldown: Pause after a fetch before a token can cause another.
        failure_cooldown: Pause after a failed fetch of an absent or stale set. During the pause,
            verification does not fetch: it uses the last valid set, or fails at once.
        default_lifetime: Lifetime of a set whose response states none.
        min_lifetime: Shortest lifetime, even with `no-store`.
        max_lifetime: Longest lifetime, and so the longest use of a key that the issuer has removed.
        stale_limit: Time after its fetch for which the last valid set is used while fetches fail.
        trust_env: Whether to use `HTTP_PROXY` and similar variables, `.netrc` and `SSL_CERT_FILE`.
            Off by default: a key set is often inside the network, and a proxy for outside traffic
            could read or replace it.

    Raises:
        TypeError: An argument, or the time that *clock* returns, has the wrong type.
        ValueError: The URI is invalid, a limit is not positive, or the lifetimes are out of order.

    Example:
        >>> from datetime import timedelta
        >>> from jwt_core.remote import RemoteKeySet
        >>> keys = RemoteKeySet("https://id.example.com/jwks.json", timeout=timedelta(seconds=2))
        >>> keys.verify(token, policy).claims["sub"]
        'alice'
    """

    def __init__(  # noqa: PLR0913  # each limit is a keyword of its own, with a default
        self,
        jwks_uri: str,
        *,
        document_validator: DocumentValidator | None = None,
        clock: Callable[[], float] = time.monotonic,
        timeout: timedelta = timedelta(seconds=5),
        max_document_bytes: int = 512 * 1024,
        cooldown: timedelta = timedelta(seconds=30),
        failure_cooldown: timedelta = timedelta(seconds=5),
        default_lifetime: timedelta = timedelta(minutes=5),
        min_lifetime: timedelta = timedelta(seconds=10),
        max_lifetime: timedelta = timedelta(hours=1),
        stale_limit: timedelta = timedelta(hours=24),
        trust_env: bool = False,
    ) -> None:
        self._fetcher = Fetcher(
            jwks_uri=jwks_uri,
            timeout=timeout,
            max_document_bytes=max_document_bytes,
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
        _check_functions(document_validator, clock)
        self._document_validator = document_validator
        self._clock = clock
        self._lock = threading.Lock()  # guards the next three attributes; never held while waiting
        self._record = CacheRecord()
        self._in_flight: InFlightFetch | None = None
        self._is_closed = False

    @property
    def state(self) -> KeySetState:
        """The current state of the key set."""
        return self._record.get_state(self._clock())

    def verify(self, unverified_token: str, policy: VerificationPolicy) -> VerifiedToken:
        """Verify a token; fetch the key set if needed, which blocks the calling thread.

        Raises:
            KeySetUnavailableError: There is no usable key set; the cause is chained.
            VerificationError: The token is rejected, as by `jwt_core.verify`.
        """
        return run(self._verify(unverified_token, policy))

    async def verify_async(
        self, unverified_token: str, policy: VerificationPolicy
    ) -> VerifiedToken:
        """Verify a token as `verify` does, without blocking the event loop.

        Example:
            >>> import asyncio
            >>> from jwt_core.remote import RemoteKeySet
            >>> keys = RemoteKeySet("https://id.example.com/jwks.json")
            >>> asyncio.run(keys.verify_async(token, policy)).claims["sub"]
            'alice'
        """
        return await run_async(self._verify(unverified_token, policy))

    def prefetch(self) -> None:
        """Fetch the key set now if a fetch is due, so that the first token does not wait.

        Raises:
            KeySetUnavailableError: There is no usable key set.
        """
        run(self._load())

    async def prefetch_async(self) -> None:
        """Fetch the key set as `prefetch` does, without blocking the event loop."""
        await run_async(self._load())

    def close(self) -> None:
        """Start no more fetches; a fetch in flight ends at the latest after `timeout`."""
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
            fetch = self._join_fetch() if is_due else None
        if fetch is not None:
            yield fetch
        return self._get_usable_keys()

    def _reload(self, used: KeySet) -> Steps[KeySet]:
        with self._lock:
            # Another token may have caused the fetch while this one was verified.
            is_due = self._record.keys is used and self._record.may_fetch(self._clock())
            fetch = self._join_fetch() if is_due else None
        if fetch is not None:
            yield fetch
        return self._get_usable_keys()

    def _get_usable_keys(self) -> KeySet:
        record = self._record
        keys = record.get_usable_keys(self._clock())
        if keys is None:
            reason = "nothing was fetched" if record.last_error is None else str(record.last_error)
            raise KeySetUnavailableError(self._fetcher.jwks_uri, reason) from record.last_error
        return keys

    def _join_fetch(self) -> InFlightFetch | None:
        if self._in_flight is None and not self._is_closed:
            fetch = InFlightFetch()
            fetch.set_running_or_notify_cancel()  # a cancelled waiter must not cancel the fetch
            thread = threading.Thread(
                target=self._run_fetch, args=(fetch,), name="jwt-core-fetch", daemon=True
            )
            try:
                thread.start()
            except RuntimeError as error:  # no more threads: keep using the last valid set
                self._record = self._record_failure(error, logging.ERROR)
                return None
            self._in_flight = fetch
        return self._in_flight

    def _run_fetch(self, fetch: InFlightFetch) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._refresh(fetch))
        except BaseException as error:  # noqa: BLE001  # the waiting callers must continue
            self._complete(fetch, self._record_failure(error, logging.ERROR))

    async def _refresh(self, fetch: InFlightFetch) -> None:
        # Complete the fetch before the event loop closes: closing waits for a hanging DNS lookup.
        try:
            fetched = await self._fetcher.fetch()
        except Exception as error:  # noqa: BLE001  # any failure keeps the last valid set
            self._complete(fetch, self._record_failure(error, logging.WARNING))
        else:
            self._complete(fetch, self._decode_document(fetched))

    def _decode_document(self, fetched: FetchedDocument) -> CacheRecord:
        try:
            if self._document_validator is not None:
                self._document_validator(fetched.document)
            keys = KeySet.from_document(fetched.document)
        except Exception as error:  # noqa: BLE001  # the validator may raise any exception
            return self._record_failure(error, logging.ERROR)
        return self._record.record_success(
            keys, self._clock(), fetched.stated_lifetime_s, self._limits
        )

    def _record_failure(self, error: BaseException, level: int) -> CacheRecord:
        logger.log(level, "no new key set from %s: %s", self._fetcher.jwks_uri, error)
        return self._record.record_failure(error, self._clock(), self._limits)

    def _complete(self, fetch: InFlightFetch, record: CacheRecord) -> None:
        with self._lock:
            if self._in_flight is not fetch:
                return
            self._record = record
            self._in_flight = None
        fetch.set_result(None)


def _check_functions(document_validator: object, clock: object) -> None:
    remedy = "use a function that raises to reject a document, or None"
    if document_validator is not None:
        check_function("document_validator", document_validator, remedy)
    remedy = "use a function that returns monotonic seconds, such as time.monotonic"
    now = check_function("clock", clock, remedy)()
    check_type("clock()", now, int | float, remedy)
