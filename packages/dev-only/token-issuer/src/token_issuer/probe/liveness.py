# DEV-ONLY: never ship to production.
"""Whether the target still serves others after what was sent to it."""

from dataclasses import dataclass, replace
from typing import Final

from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.polling import Polling, is_accepted, poll_until
from token_issuer.probe.results import Reaction
from token_issuer.probe.target.target import Answer, Target

_RECOVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Aftermath:
    """An answer, seen in the light of what came after it.

    Attributes:
        answer: A closed connection counts as a refusal where the target lives.
        is_alive: A good token is still accepted.
        is_about_any_kid: A harmless unknown `kid` now fails in the same way.
    """

    answer: Answer
    is_alive: bool = True
    is_about_any_kid: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether the target neither accepted nor refused."""
        return self.answer.reaction in {Reaction.CRASHED, Reaction.HUNG}


def is_alive(target: Target, issuer: IssuerClient) -> bool:
    """Tell whether the target accepts a good token, now or within two seconds."""
    return watch_good_token(target, issuer, _RECOVERY_S).is_reached


def watch_good_token(target: Target, issuer: IssuerClient, bound_s: float) -> Polling:
    """Send good tokens until one is accepted, for *bound_s* seconds at most."""
    return poll_until(
        lambda: target.send(issuer.mint().authorization), is_accepted, bound_s, target.timing
    )


def look_after(target: Target, issuer: IssuerClient, answer: Answer) -> Aftermath:
    """Look after the target where *answer* gives reason to."""
    aftermath = Aftermath(answer)
    if not aftermath.has_failed:
        return aftermath
    if not is_alive(target, issuer):
        return replace(aftermath, is_alive=False)
    if answer.is_closed:
        detail = "refused: it closed the connection, and serves others"
        return Aftermath(replace(answer, reaction=Reaction.REFUSED, detail=detail))
    return aftermath
