# DEV-ONLY: never ship to production.
"""State that the checks of the key part share: target, issuer, and earlier observations."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from jwt_core import base64url, strict_json

from token_issuer.paths import JWKS_PATH
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.polling import Polling, has_hung, poll_until
from token_issuer.probe.target.client import Target, TargetResponse
from token_issuer.probe.timing import Timer, Timing

SHORT_MAX_AGE_S: Final = 1
"""Usual max-age of the key documents during the key part, so that verifiers refetch soon."""
LONG_MAX_AGE_S: Final = 2
"""Max-age while fetches within the max-age are counted."""
MAX_REFETCH_S: Final = 12.0
"""Longest time a verifier may keep a key set beyond its max-age; minimums of 10 s are usual."""
MAX_NEW_KEY_S: Final = 35.0
"""Longest time until a new key must be accepted; cooldowns of 30 s are usual."""
_MIN_FETCH_WAIT_S: Final = 6.0  # verifiers pause after a failed fetch, usually for 5 s
_MAX_UNKNOWN_KID_FETCH_S: Final = 6.0
_MIN_TIMEOUT_S: Final = 8.0  # a fetch may take 5 s, and requests may wait for it


@dataclass
class ProbeContext:
    """A target that trusts an issuer, and the state of the key part.

    Attributes:
        target: The verifier. Its timeout is at least 8 s, since some requests wait for a fetch.
        issuer: The issuer that the target trusts.
        budget_s: Time limit of all checks together, in seconds.
        known_token: A token signed with a key that the target has fetched.
        refetch_s: How long the target kept a set with a max-age of 1 s, in seconds; None if not
            observed.
        refetches_only_on_unknown_kid: Whether the target fetches only for unknown kids and not
            when a set has expired.
        fetches_for_each_token: Whether the target fetches for each token.
        had_faults: Whether the key endpoint has had faults.
        is_lost: Whether the target no longer accepts good tokens.
        skip_reason: The reason that checks that need a fetch cannot run; empty if they can run.
        timer: Started when the first check began.
    """

    target: Target
    issuer: IssuerClient
    budget_s: float
    known_token: str = ""
    refetch_s: float | None = None
    refetches_only_on_unknown_kid: bool = False
    fetches_for_each_token: bool = False
    had_faults: bool = False
    is_lost: bool = False
    skip_reason: str = ""
    timer: Timer = field(init=False)

    def __post_init__(self) -> None:
        timeout_s = max(self.target.timeout_s, _MIN_TIMEOUT_S)
        self.target = replace(self.target, timeout_s=timeout_s)
        self.timer = self.timing.start_timer()

    @property
    def timing(self) -> Timing:
        """Clock and sleep of the probe."""
        return self.target.timing

    @property
    def fetch_wait_s(self) -> float:
        """Time limit for a fetch by the target, in seconds."""
        if self.refetch_s is None:
            return MAX_REFETCH_S
        return max(self.refetch_s * 1.3 + 1, _MIN_FETCH_WAIT_S)

    @property
    def new_key_wait_s(self) -> float:
        """Time limit for the acceptance of a new key, in seconds."""
        return min(MAX_NEW_KEY_S, self.budget_s)

    @property
    def remaining_s(self) -> float:
        """Remaining time of the budget, in seconds."""
        return self.budget_s - self.timer.seconds

    def mark_lost(self, check: str) -> None:
        """Record that the target has not recovered from the check with this id."""
        self.is_lost = True
        self.skip_reason = f"it no longer accepts good tokens ({check})"

    def send(self, token: str) -> TargetResponse:
        """Send a token as the only value of `Authorization`."""
        return self.target.send_token(token)

    def send_known(self) -> TargetResponse:
        """Send the token of the known key."""
        return self.send(self.known_token)

    def send_unknown_kid(self) -> TargetResponse:
        """Send a token with a kid that no key has."""
        return self.send(rename_key(self.known_token, secrets.token_hex(8)))

    def send_unknown_kid_then_known(self) -> TargetResponse:
        """Send a token with an unknown kid, which may cause a fetch, then the known token."""
        self.send_unknown_kid()
        return self.send_known()

    def poll_until(
        self,
        send: Callable[[], TargetResponse],
        condition: Callable[[TargetResponse], bool],
        limit_s: float,
    ) -> Polling:
        """Send requests until *condition* holds for a response, for at most *limit_s* seconds."""
        return poll_until(send, condition, limit_s, self.timing)

    def poll_until_fetch(self) -> Polling:
        """Send the known token until the target fetches keys, and return the last response.

        A target that respects the max-age fetches when its key set has expired. If it does not
        fetch, tokens with unknown kids are sent too. `is_reached` of the polling is whether it
        fetched; if not, `skip_reason` is set.
        """
        fetches_before = self.issuer.count_key_fetches()

        def has_fetched(response: TargetResponse) -> bool:
            return has_hung(response) or self.issuer.count_key_fetches() > fetches_before

        polling = Polling()
        if not self.refetches_only_on_unknown_kid:
            polling = self.poll_until(self.send_known, has_fetched, self.fetch_wait_s)
        if polling.is_reached and self.refetch_s is None:
            self.refetch_s = polling.duration_s
        if not polling.is_reached and self.refetch_s is None:
            polling = self.poll_until(
                self.send_unknown_kid_then_known, has_fetched, _MAX_UNKNOWN_KID_FETCH_S
            )
            self.refetches_only_on_unknown_kid = polling.is_reached
        if not polling.is_reached:
            self.skip_reason = "the target could not be made to fetch its keys again"
        return replace(polling, responses=polling.responses[-1:])

    def set_faults(self, *faults: Mapping[str, object], max_age_s: int = SHORT_MAX_AGE_S) -> None:
        """Set the faults of the key endpoint, and the max-age of its documents in seconds."""
        self.had_faults = self.had_faults or bool(faults)
        self.issuer.set_faults(*faults, max_age_s=max_age_s)

    def fetch_jwks(self) -> dict[str, Any]:
        """Return the key set as the target receives it."""
        return self.issuer.fetch(JWKS_PATH)

    def rotate_key(self, *, retention: str | None = None) -> str:
        """Rotate to a new signing key at once, and return its first token.

        Args:
            retention: How long the old key stays published, by default until its tokens expire;
                `0s` removes it at once.
        """
        self.issuer.rotate(retention=retention)
        return self.issuer.mint().token


def rename_key(token: str, kid: str) -> str:
    """Return *token* with another `kid`; its signature becomes invalid."""
    _, rest = token.split(".", 1)
    header = strict_json.encode_object({**_read_header(token), "kid": kid})
    return f"{base64url.encode(header)}.{rest}"


def read_kid(token: str) -> object:
    """Return the `kid` in the header of *token*."""
    return _read_header(token).get("kid")


def _read_header(token: str) -> dict[str, Any]:
    return strict_json.decode_object(base64url.decode(token.split(".", maxsplit=1)[0]))
