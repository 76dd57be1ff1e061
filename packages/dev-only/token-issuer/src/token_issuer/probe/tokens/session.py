# DEV-ONLY: never ship to production.
"""The tokens of a probe, one after the other: what one leaves behind concerns the next."""

from dataclasses import dataclass, field, replace
from typing import Final

from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.liveness import Aftermath, look_after
from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction
from token_issuer.probe.target.presentation import UnsendableError
from token_issuer.probe.target.target import Target
from token_issuer.probe.tokens.judging import build_check, build_finding
from token_issuer.probe.tokens.key_priming import needs_keys
from token_issuer.tokens.defects.defect import Defect

Checked = tuple[Check, Finding | None]
_HARMLESS_KID: Final = "kid-unknown"


@dataclass
class Session:
    """What has happened so far.

    Attributes:
        target: What is probed.
        issuer: The issuer that it trusts.
        hits: How many requests for the attacker's keys there were.
        followed: The defects whose tokens led to some.
        is_alive: The target served a good token after the last token that gave reason to doubt.
    """

    target: Target
    issuer: IssuerClient
    hits: int
    followed: list[str] = field(default_factory=list)
    is_alive: bool = True

    def probe(self, defect: Defect, *, is_judgeable: bool = True) -> Checked:
        """Send one token, and judge how the target takes it.

        Args:
            defect: What is wrong with it.
            is_judgeable: A refusal says something; not so where the target lacks the key.
        """
        if not self.is_alive:
            return _skip(defect, "the target no longer accepts a good token"), None
        try:
            answer = self.target.send(self.issuer.mint(defect=defect.id).authorization)
        except UnsendableError as error:
            return _skip(defect, f"cannot be sent to this target: {error}"), None
        self._watch_attacker(defect)
        if answer.reaction in {Reaction.REFUSED, Reaction.CRASHED} and not is_judgeable:
            reason = f"{answer.describe()}, but it has not fetched the key that signed the token"
            return _skip(defect, reason), None
        aftermath = look_after(self.target, self.issuer, answer)
        self.is_alive = aftermath.is_alive
        if self._is_about_any_kid(defect, aftermath):
            aftermath = replace(aftermath, is_about_any_kid=True)
        check = build_check(defect, aftermath)
        is_failed = check.outcome is Outcome.FAILED
        return check, build_finding(defect, aftermath) if is_failed else None

    def _is_about_any_kid(self, defect: Defect, aftermath: Aftermath) -> bool:
        """Tell whether a failure on this kid is one on all unknown ones: they may be limited."""
        names_other_kid = defect.check == "kid" or needs_keys(defect)
        if not (names_other_kid and aftermath.has_failed and aftermath.is_alive):
            return False
        harmless = self.issuer.mint(defect=_HARMLESS_KID).authorization
        return self.target.send(harmless).reaction is aftermath.answer.reaction

    def _watch_attacker(self, defect: Defect) -> None:
        hits = self.issuer.count_attacker_hits()
        if hits > self.hits:
            self.followed.append(defect.id)
        self.hits = hits


def _skip(defect: Defect, reason: str) -> Check:
    return Check(
        part=Part.TOKENS,
        id=defect.id,
        title=defect.title,
        outcome=Outcome.SKIPPED,
        observed=reason,
    )
