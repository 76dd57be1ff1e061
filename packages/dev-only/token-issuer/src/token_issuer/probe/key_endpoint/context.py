# DEV-ONLY: never ship to production.
"""What the checks of the key part share: the target, the issuer, and what is known by now."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from token_issuer.paths import JWKS_PATHS
from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.key_endpoint.unknown import rename_key
from token_issuer.probe.polling import Polling, has_hung, poll_until
from token_issuer.probe.target.target import Answer, Target
from token_issuer.probe.timing import Timer, Timing
from token_issuer.remote_issuer import fetch_json

MAX_AGE_S: Final = 1
"""What the key documents say meanwhile: so that a verifier fetches again soon, by itself."""
MAX_REFETCH_S: Final = 12.0
"""How long a verifier may keep a set in spite of that: lower bounds of 10 s are usual."""
PICK_UP_S: Final = 35.0
"""How long a new key may take: cooldowns of 30 s are usual."""
_MIN_PATIENCE_S: Final = 6.0  # verifiers pause after a failed fetch, for 5 s as a rule
_NUDGING_S: Final = 6.0
_MAX_RESPONSE_S: Final = 8.0  # a fetch may take 5 s, and requests may wait for it


@dataclass
class ProbeContext:
    """One target in front of one issuer.

    Attributes:
        target: The verifier. Its answers may take longer than usual: some wait for a fetch.
        issuer: The issuer that it trusts.
        budget_s: How long all checks together may take, in seconds.
        known: A token of a key that the target knows.
        refetch_s: How long the target kept a set that may be kept for a second; None: not seen.
        refetches_only_on_unknown_kid: It fetches for unknown kids only, not
            when a set has become old.
        is_wasteful: It fetches for each token.
        is_disturbed: Its key endpoint has had faults.
        is_lost: It accepts no good token any more.
        obstacle: Why it cannot be made to fetch; empty when it can.
        timer: Runs since the first check began.
    """

    target: Target
    issuer: IssuerClient
    budget_s: float
    known: str = ""
    refetch_s: float | None = None
    refetches_only_on_unknown_kid: bool = False
    is_wasteful: bool = False
    is_disturbed: bool = False
    is_lost: bool = False
    obstacle: str = ""
    timer: Timer = field(init=False)

    def __post_init__(self) -> None:
        timeout_s = max(self.target.timeout_s, _MAX_RESPONSE_S)
        self.target = replace(self.target, timeout_s=timeout_s)
        self.timer = self.timing.start_timer()

    @property
    def timing(self) -> Timing:
        """Clock and sleep of the probe."""
        return self.target.timing

    @property
    def patience_s(self) -> float:
        """How long to wait for a fetch, in seconds."""
        if self.refetch_s is None:
            return MAX_REFETCH_S
        return max(self.refetch_s * 1.3 + 1, _MIN_PATIENCE_S)

    @property
    def pick_up_s(self) -> float:
        """How long a new key may take to be picked up, in seconds."""
        return min(PICK_UP_S, self.budget_s)

    @property
    def left_s(self) -> float:
        """How much of the budget is left, in seconds."""
        return self.budget_s - self.timer.seconds

    def give_up(self, check: str) -> None:
        """Note that the target has not recovered from what the check of this id did to it."""
        self.is_lost, self.obstacle = True, f"it no longer accepts good tokens ({check})"

    def send(self, token: str) -> Answer:
        """Send a token in the usual way."""
        return self.target.send_token(token)

    def ask(self) -> Answer:
        """Send the token whose key is known."""
        return self.send(self.known)

    def poll_until(
        self, ask: Callable[[], Answer], until: Callable[[Answer], bool], bound_s: float
    ) -> Polling:
        """Ask until *until* says of an answer that it is the one, or for *bound_s* seconds."""
        return poll_until(ask, until, bound_s, self.timing)

    def set_faults(self, *faults: Mapping[str, object], max_age_s: int = MAX_AGE_S) -> None:
        """Let the key endpoint misbehave, and its documents be kept for *max_age_s* only."""
        self.is_disturbed = self.is_disturbed or bool(faults)
        self.issuer.set_faults(*faults, max_age_s=max_age_s)

    def fetch_jwks(self) -> dict[str, Any]:
        """Return the key set as the target gets it."""
        return fetch_json(f"{self.issuer.url}{JWKS_PATHS[0]}")

    def introduce_key(self, *, retention: str | None = None) -> str:
        """Let a new key sign at once, and return its first token; the old key stays published.

        Args:
            retention: For how long the old key stays; `0s` removes it at once.
        """
        self.issuer.rotate(retention=retention)
        return self.issuer.mint().token

    def await_fetch(self) -> Polling:
        """Send the known token until the target asks the key endpoint; the polling says whether.

        It does so by itself when the set in use is old. Where it does not, a token with an unknown
        kid may help. The only answer of the polling is that to the request during which it did.
        """
        seen = self.issuer.count_key_fetches()

        def has_fetched(answer: Answer) -> bool:
            return has_hung(answer) or self.issuer.count_key_fetches() > seen

        waited = Polling()
        if not self.refetches_only_on_unknown_kid:
            waited = self.poll_until(self.ask, has_fetched, self.patience_s)
        if waited.is_reached and self.refetch_s is None:
            self.refetch_s = waited.duration_s
        if not waited.is_reached and self.refetch_s is None:
            waited = self.poll_until(self.nudge, has_fetched, _NUDGING_S)
            self.refetches_only_on_unknown_kid = waited.is_reached
        if not waited.is_reached:
            self.obstacle = "the target could not be made to fetch its keys again"
        return replace(waited, answers=waited.answers[-1:])

    def nudge(self) -> Answer:
        """Send a token with an unknown kid, which may lead to a fetch, and the known one."""
        self.send_unknown()
        return self.ask()

    def send_unknown(self) -> Answer:
        """Send a token with a kid that nobody has."""
        return self.send(rename_key(self.known, secrets.token_hex(8)))
