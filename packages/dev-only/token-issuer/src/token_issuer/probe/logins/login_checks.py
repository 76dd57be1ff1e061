# DEV-ONLY: never ship to production.
"""Defective logins, one at a time: first those of the login, then those of the ID token."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from token_issuer.probe.failures import build_failure
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.judging import Evidence, build_check, build_finding
from token_issuer.probe.logins.attempts import Attempt, RelyingParty
from token_issuer.probe.logins.rulings import Facts, Observation, rule
from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction
from token_issuer.probe.tokens.key_priming import needs_publication
from token_issuer.severity import Severity
from token_issuer.tokens.defects.catalogue import LOGIN_DEFECTS, TOKEN_DEFECTS
from token_issuer.tokens.defects.defect import Defect, Kind

_Result = tuple[Check, Finding | None]
_MAX_FETCH_WAIT_S: Final = 6.0
_INTERVAL_S: Final = 0.4
_NOT_OF_LOGINS: Final = "credentials"  # the group of defects of the Authorization field
_ACCESS_TOKEN_USES: Final = frozenset({"userinfo", "tokeninfo"})  # as the issuer logs them
_REMEDY: Final = (
    "Show an error page, with a status below 500, for each login that fails, also if a library "
    "raises an unexpected error, and limit the time that a login may take."
)

LOGIN_CHECKS: Final = tuple(LOGIN_DEFECTS)
ID_TOKEN_CHECKS: Final = tuple(
    id_ for id_, defect in TOKEN_DEFECTS.items() if defect.group != _NOT_OF_LOGINS
)


@dataclass
class LoginChecks:
    """Sends defective logins to an application.

    Attributes:
        party: The application; good logins succeed.
        issuer: The issuer that it trusts.
        facts: What is known about it.
        is_alive: Whether a good login succeeded after the last failure.
    """

    party: RelyingParty
    issuer: IssuerClient
    facts: Facts
    is_alive: bool = field(default=True, init=False)

    def run(self, select: Callable[[str], bool]) -> Iterator[_Result]:
        """Yield the result of each selected check.

        Raises:
            RemoteIssuerError: the issuer cannot be reached.
            ProbeError: the limit on the number of requests is reached.
        """
        chosen = [
            defect
            for id_ in (*LOGIN_CHECKS, *ID_TOKEN_CHECKS)
            for defect in (LOGIN_DEFECTS.get(id_) or TOKEN_DEFECTS[id_],)
            if select(id_)
        ]
        of_new_keys = [defect for defect in chosen if needs_publication(defect)]
        for defect in chosen:
            if defect not in of_new_keys:
                yield self._check(defect)
        if of_new_keys:
            yield from self._check_with_new_keys(of_new_keys)

    def _check_with_new_keys(self, defects: Sequence[Defect]) -> Iterator[_Result]:
        """Publish the keys of the ID tokens, and let the application fetch them once for all."""
        faults = sorted({defect.fault for defect in defects if defect.fault})
        fetches_before = self.issuer.count_key_fetches()
        try:
            if faults:
                self.issuer.set_faults(*({"kind": fault} for fault in faults))
            if self.facts.uses_keys:
                self._wait_for_fetch(defects[0], fetches_before)
            for defect in defects:
                yield self._check(defect, fetches_before)
        finally:
            if faults:
                self.issuer.reset_faults()

    def _wait_for_fetch(self, defect: Defect, fetches_before: int) -> None:
        timer = self.party.timing.start_timer()
        while timer.seconds < _MAX_FETCH_WAIT_S:
            self.party.log_in(defect.id)
            if self.issuer.count_key_fetches() > fetches_before:
                return
            self.party.timing.sleep(_INTERVAL_S)

    def _check(self, defect: Defect, fetches_before: int = -1) -> _Result:
        """Log in with *defect*, and judge the reaction.

        Args:
            defect: The defect.
            fetches_before: How often the keys had been fetched before that of the ID token was
                published.
        """
        part = Part.LOGINS if defect.kind is Kind.LOGIN else Part.TOKENS
        if not self.is_alive:
            return _skip(defect, part, "good logins no longer succeed"), None
        attempt = self.party.log_in(defect.id)
        has_begun = attempt.record is not None
        if not has_begun and (not attempt.may_have_crashed or self.party.is_alive()):
            return _skip(defect, part, f"the login has not begun: {attempt.describe()}"), None
        if attempt.record is not None and not attempt.record.has_struck:
            return _skip(defect, part, _explain_no_strike(attempt)), None
        is_about_key = attempt.reaction is Reaction.REFUSED and self.facts.uses_keys
        if is_about_key and self.issuer.count_key_fetches() <= fetches_before:
            reason = f"{attempt.describe()}, but it has not fetched the key of the ID token"
            return _skip(defect, part, reason), None
        evidence = self._follow_up(attempt)
        ruled = rule(defect, self.facts, self._observe(attempt, evidence))
        check = build_check(ruled, evidence, part)
        is_failed = check.outcome is Outcome.FAILED
        return check, build_finding(ruled, evidence, _build_failure) if is_failed else None

    def _observe(self, attempt: Attempt, evidence: Evidence) -> Observation:
        requests = attempt.record.requests if attempt.record is not None else ()
        return Observation(
            is_refused=evidence.reply.reaction is Reaction.REFUSED,
            shows_other_user=self.party.plans.finds_other_user(attempt.page),
            uses_access_token=not _ACCESS_TOKEN_USES.isdisjoint(requests),
        )

    def _follow_up(self, attempt: Attempt) -> Evidence:
        """After an error, find out whether good logins still succeed."""
        if attempt.may_have_crashed:
            self.is_alive = self.party.is_alive()
        if attempt.reaction is Reaction.REFUSED and not self.is_alive:
            attempt = replace(attempt, reaction=Reaction.CRASHED)
        elif attempt.reaction is Reaction.CRASHED and self.is_alive:
            attempt = replace(attempt, reaction=Reaction.REFUSED)
        return Evidence(attempt, subject="login", is_alive=self.is_alive)


def _explain_no_strike(attempt: Attempt) -> str:
    record = attempt.record
    called = ", ".join(record.requests) if record is not None else ""
    return f"not applicable: the defect changed no response in this login ({called or 'none'})"


def _build_failure(check: str, title: str, severity: Severity) -> Finding:
    return replace(
        build_failure(check, title, severity),
        remedy=_REMEDY,
        why="An issuer, or whoever can change its responses, can stop the application.",
        source="CWE-755",
    )


def _skip(defect: Defect, part: Part, reason: str) -> Check:
    return Check(
        part=part, id=defect.id, title=defect.title, outcome=Outcome.SKIPPED, observed=reason
    )
