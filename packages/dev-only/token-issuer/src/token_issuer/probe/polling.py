# DEV-ONLY: never ship to production.
"""Sending requests until something happens, within a bound."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from token_issuer.probe.results import Reaction
from token_issuer.probe.target.target import Answer
from token_issuer.probe.timing import Timing

_EAGER_S: Final = 2.0
_EAGER_PAUSE_S: Final = 0.05
_PATIENT_PAUSE_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Polling:
    """What came back while requests were sent.

    Attributes:
        answers: The answers, in order.
        duration_s: For how long, in seconds.
        is_reached: What was waited for came; else the bound did.
    """

    answers: tuple[Answer, ...] = ()
    duration_s: float = 0.0
    is_reached: bool = False

    @property
    def last(self) -> Answer:
        """The latest answer."""
        return self.answers[-1]

    @property
    def accepted(self) -> int:
        """How many requests were accepted."""
        return sum(map(is_accepted, self.answers))

    def describe(self) -> str:
        """Say it to people: "accepted 12 of 12", "accepted 3 of 5, refused with 401 2"."""
        others = Counter(describe(answer) for answer in self.answers if not is_accepted(answer))
        parts = [f"accepted {self.accepted} of {len(self.answers)}"]
        return ", ".join([*parts, *(f"{what} {count}" for what, count in others.items())])


def poll_until(
    ask: Callable[[], Answer], until: Callable[[Answer], bool], bound_s: float, timing: Timing
) -> Polling:
    """Ask until *until* says of an answer that it is the one, or for *bound_s* seconds.

    At least once; often at first, then four times a second.
    """
    timer, answers = timing.start_timer(), list[Answer]()
    while True:
        answers.append(ask())
        is_reached = until(answers[-1])
        if is_reached or timer.seconds >= bound_s:
            return Polling(tuple(answers), timer.seconds, is_reached)
        timing.sleep(_EAGER_PAUSE_S if timer.seconds < _EAGER_S else _PATIENT_PAUSE_S)


def is_accepted(answer: Answer) -> bool:
    """Tell whether the token counted."""
    return answer.reaction is Reaction.ACCEPTED


def is_unavailable(answer: Answer) -> bool:
    """Tell whether the target said in good order that it cannot judge tokens at the moment."""
    return answer.status == HTTPStatus.SERVICE_UNAVAILABLE


def describe(answer: Answer) -> str:
    """Say to people how the target took a request; 503 is no crash here."""
    return "answered 503" if is_unavailable(answer) else answer.describe()


def has_hung(answer: Answer) -> bool:
    """Tell whether there was no answer in time: then more of them would only take long."""
    return answer.reaction is Reaction.HUNG


def join(watches: Iterable[Polling]) -> Polling:
    """Take several for one."""
    parts = tuple(watches)
    return Polling(
        tuple(answer for part in parts for answer in part.answers),
        sum(part.duration_s for part in parts),
        all(part.is_reached for part in parts),
    )
