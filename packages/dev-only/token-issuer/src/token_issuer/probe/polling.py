# DEV-ONLY: never ship to production.
"""Requests that are repeated until a condition holds or a time limit expires."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.client import Target, TargetResponse
from token_issuer.probe.timing import Timing

_SHORT_INTERVAL_S: Final = 0.05
_LONG_INTERVAL_S: Final = 0.25
_SHORT_INTERVALS_UNTIL_S: Final = 2.0
_MAX_RECOVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Polling:
    """The responses to repeated requests.

    Attributes:
        responses: The responses, in order.
        duration_s: Duration of the polling, in seconds.
        is_reached: Whether the condition held before the time limit expired.
    """

    responses: tuple[TargetResponse, ...] = ()
    duration_s: float = 0.0
    is_reached: bool = False

    @property
    def last(self) -> TargetResponse:
        """The latest response."""
        return self.responses[-1]

    @property
    def accepted(self) -> int:
        """Number of accepted requests."""
        return sum(map(is_accepted, self.responses))

    def describe(self) -> str:
        """Describe the responses: "accepted 12 of 12", "accepted 3 of 5, 2 rejected with 401"."""
        others = Counter(
            describe(response) for response in self.responses if not is_accepted(response)
        )
        parts = [f"accepted {self.accepted} of {len(self.responses)}"]
        return ", ".join([*parts, *(f"{count} {text}" for text, count in others.items())])


def poll_until(
    send: Callable[[], TargetResponse],
    condition: Callable[[TargetResponse], bool],
    limit_s: float,
    timing: Timing,
) -> Polling:
    """Send requests until *condition* holds for a response, or *limit_s* seconds have passed.

    Sends at least one request: every 50 ms during the first 2 s, then every 250 ms.
    """
    timer, responses = timing.start_timer(), list[TargetResponse]()
    while True:
        responses.append(send())
        is_reached = condition(responses[-1])
        if is_reached or timer.seconds >= limit_s:
            return Polling(tuple(responses), timer.seconds, is_reached)
        is_early = timer.seconds < _SHORT_INTERVALS_UNTIL_S
        timing.sleep(_SHORT_INTERVAL_S if is_early else _LONG_INTERVAL_S)


def poll_good_token(target: Target, issuer: IssuerClient, limit_s: float) -> Polling:
    """Send good tokens until the target accepts one, for at most *limit_s* seconds."""
    return poll_until(
        lambda: target.send(issuer.mint().authorization), is_accepted, limit_s, target.timing
    )


def accepts_good_token(target: Target, issuer: IssuerClient) -> bool:
    """Return whether the target accepts a good token, now or within 2 s."""
    return poll_good_token(target, issuer, _MAX_RECOVERY_S).is_reached


def is_accepted(response: TargetResponse) -> bool:
    """Return whether the target accepted the token."""
    return response.reaction is Reaction.ACCEPTED


def is_unavailable(response: TargetResponse) -> bool:
    """Return whether the target answered 503, which means that it has no keys to verify with."""
    return response.status == HTTPStatus.SERVICE_UNAVAILABLE


def describe(response: TargetResponse) -> str:
    """Describe the reaction to a request of the key part, where 503 is not a crash."""
    return "answered 503" if is_unavailable(response) else response.describe()


def has_hung(response: TargetResponse) -> bool:
    """Return whether no response arrived in time; each further request would take as long."""
    return response.reaction is Reaction.HUNG


def join(pollings: Iterable[Polling]) -> Polling:
    """Combine several pollings into one. Its condition is reached if all conditions are reached."""
    parts = tuple(pollings)
    return Polling(
        tuple(response for part in parts for response in part.responses),
        sum(part.duration_s for part in parts),
        all(part.is_reached for part in parts),
    )
