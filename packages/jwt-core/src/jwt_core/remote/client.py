"""Remote JWKS client: token verification with a fetched and cached key set."""

import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

from jwt_core.errors import InvalidSignatureError, UnknownKeyError
from jwt_core.remote.cache import CacheLimits, KeySetState
from jwt_core.remote.fetching import Fetcher
from jwt_core.remote.refresher import DocumentValidator, Refresher
from jwt_core.remote.sans_io import Steps, run, run_async
from jwt_core.verification import VerificationPolicy, VerifiedToken, verify


class RemoteKeySet:
    """Verify tokens with the key set at a URI. One instance may be shared by threads and tasks.

    There is at most one fetch at a time. A set is used for the lifetime that its response states.
    After that the next verification fetches again; if the fetch fails, the last valid set is used
    until `stale_limit`. A token with an unknown `kid` or an invalid signature also causes a fetch,
    at most once per `cooldown`: the issuer may have published new keys, even under old `kid`s.

    A forked process starts with the last valid set, and without the fetch that its parent may have
    in flight. A key set cannot be pickled: with spawned processes, create one in each.

    Args:
        jwks_uri: Absolute http or https URI; redirects are not followed.
        document_validator: Called with each fetched document, on the fetching thread. If it raises,
            the document is rejected and the last valid set is kept. It should return within 10 s.
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
        ssl_context: TLS settings of the fetches, for instance with the certificate authorities of a
            company; those of httpx unless given.
        proxy_url: http or https URL of a forward proxy for the fetches; none unless given.

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
        ssl_context: ssl.SSLContext | None = None,
        proxy_url: str | None = None,
    ) -> None:
        fetcher = Fetcher(
            jwks_uri=jwks_uri,
            timeout=timeout,
            max_document_bytes=max_document_bytes,
            trust_env=trust_env,
            ssl_context=ssl_context,
            proxy_url=proxy_url,
        )
        limits = CacheLimits(
            cooldown=cooldown,
            failure_cooldown=failure_cooldown,
            default_lifetime=default_lifetime,
            min_lifetime=min_lifetime,
            max_lifetime=max_lifetime,
            stale_limit=stale_limit,
        )
        self._refresher = Refresher(fetcher, limits, document_validator, clock)

    @property
    def state(self) -> KeySetState:
        """The current state of the key set."""
        return self._refresher.state

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
        run(self._refresher.load())

    async def prefetch_async(self) -> None:
        """Fetch the key set as `prefetch` does, without blocking the event loop."""
        await run_async(self._refresher.load())

    def close(self) -> None:
        """Start no more fetches; a fetch in flight ends at the latest after `timeout`."""
        self._refresher.close()

    def __reduce__(self) -> NoReturn:
        message = (
            "a RemoteKeySet cannot be pickled or copied; "
            "create one in each process, for example in its initializer"
        )
        raise TypeError(message)

    def _verify(self, unverified_token: str, policy: VerificationPolicy) -> Steps[VerifiedToken]:
        keys = yield from self._refresher.load()
        try:
            return verify(unverified_token, keys, policy)
        except (UnknownKeyError, InvalidSignatureError):
            newer = yield from self._refresher.reload(keys)
            if newer == keys:
                raise
        return verify(unverified_token, newer, policy)
