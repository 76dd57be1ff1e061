# DEV-ONLY: never ship to production.
"""The token part of a probe: send each defective token of the catalogue to the target."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from token_issuer.config.declaration import PREFIX
from token_issuer.probe.issuer_client import IssuerClient
from token_issuer.probe.judging import Evidence, build_check, build_finding
from token_issuer.probe.polling import accepts_good_token
from token_issuer.probe.results import Check, Finding, Outcome, Part, Reaction
from token_issuer.probe.target.client import Target, TargetResponse
from token_issuer.probe.target.presentation import UnsendableError
from token_issuer.probe.tokens.attacker_fetches import ATTACKER_KEYS, judge_attacker_fetches
from token_issuer.probe.tokens.key_priming import needs_publication, publish_keys
from token_issuer.tokens.defects.catalogue import TOKEN_DEFECTS
from token_issuer.tokens.defects.defect import Defect

_Result = tuple[Check, Finding | None]
_HARMLESS_KID_DEFECT: Final = "kid-unknown"


def check_tokens(
    target: Target,
    issuer: IssuerClient,
    *,
    select: Callable[[str], bool],
    report: Callable[[Check], None],
) -> tuple[list[Check], list[Finding]]:
    """Send the selected tokens of the catalogue, and judge the reaction to each.

    Args:
        target: The URL to probe; it accepts good tokens.
        issuer: The issuer that the target trusts.
        select: Returns whether the check with an id is selected.
        report: Called with each check when it is done.

    Returns:
        The checks in the order of the catalogue, and the findings.

    Raises:
        RemoteIssuerError: the issuer cannot be reached.
    """
    positions = {id_: position for position, id_ in enumerate([*TOKEN_DEFECTS, ATTACKER_KEYS])}
    checks: list[Check] = []
    findings: list[Finding] = []
    for check, finding in _run(target, issuer, select):
        report(check)
        checks.append(check)
        if finding is not None:
            findings.append(finding)
    checks.sort(key=lambda check: positions[check.id])
    return checks, findings


def _run(target: Target, issuer: IssuerClient, select: Callable[[str], bool]) -> Iterator[_Result]:
    """Send the tokens of known keys first, then those of new keys after one fetch for all."""
    chosen = [defect for defect in TOKEN_DEFECTS.values() if select(defect.id)]
    of_new_keys = [defect for defect in chosen if needs_publication(defect)]
    session = _Session(target, issuer, issuer.count_attacker_hits())
    for defect in chosen:
        if defect not in of_new_keys:
            yield session.check(defect)
    if of_new_keys:
        with publish_keys(target, issuer, of_new_keys) as is_fetched:
            for defect in of_new_keys:
                yield session.check(defect, is_key_fetched=is_fetched)
    if select(ATTACKER_KEYS):
        yield judge_attacker_fetches(session.fetched_for, session.doubt)


@dataclass
class _Session:
    """State that is kept from one token to the next.

    Attributes:
        target: The URL to probe.
        issuer: The issuer that the target trusts.
        attacker_hits: Number of requests for the attacker's keys so far.
        fetched_for: Ids of the defects whose tokens caused these requests.
        is_alive: Whether the target accepted a good token after the last failure.
        doubt: Why the target may be unable to fetch the attacker's keys; empty if it can.
    """

    target: Target
    issuer: IssuerClient
    attacker_hits: int
    fetched_for: list[str] = field(default_factory=list)
    is_alive: bool = True
    doubt: str = ""

    def check(self, defect: Defect, *, is_key_fetched: bool = True) -> _Result:
        """Send a token with *defect*, and judge the reaction.

        Args:
            defect: The defect of the token.
            is_key_fetched: Whether the target has fetched the key of the token; if not, a
                rejection says nothing about the defect.
        """
        if not self.is_alive:
            return _skip(defect, "the target no longer accepts a good token"), None
        minted = self.issuer.mint(defect=defect.id)
        try:
            response = self.target.send(minted.authorization)
        except UnsendableError as error:
            return _skip(defect, f"cannot be sent to this target: {error}"), None
        self._count_attacker_hits(defect)
        doubt = "" if minted.pointer is None else self._doubt_pointer(minted.pointer)
        if doubt and response.reaction is Reaction.REFUSED and defect.id not in self.fetched_for:
            self.doubt = doubt
            return _skip(defect, f"{response.describe()}, but {doubt}"), None
        if response.reaction in {Reaction.REFUSED, Reaction.CRASHED} and not is_key_fetched:
            reason = f"{response.describe()}, but it has not fetched the key that signed the token"
            return _skip(defect, reason), None
        evidence = self._follow_up(defect, response)
        check = build_check(defect, evidence, Part.TOKENS)
        is_failed = check.outcome is Outcome.FAILED
        return check, build_finding(defect, evidence) if is_failed else None

    def _follow_up(self, defect: Defect, response: TargetResponse) -> Evidence:
        """After a failure, find out whether the target still accepts good tokens."""
        evidence = Evidence(response)
        if not evidence.has_failed:
            return evidence
        self.is_alive = accepts_good_token(self.target, self.issuer)
        if not self.is_alive:
            return replace(evidence, is_alive=False)
        if response.is_closed:
            detail = "rejected: it closed the connection and still accepts good tokens"
            return Evidence(replace(response, reaction=Reaction.REFUSED, detail=detail))
        return replace(evidence, is_about_any_kid=self._fails_on_any_kid(defect, response))

    def _fails_on_any_kid(self, defect: Defect, response: TargetResponse) -> bool:
        """Return whether a token with a harmless unknown kid gets the same reaction as *response*.

        The target may, for example, have reached a limit for unknown kids.
        """
        if defect.check != "kid" and not needs_publication(defect):
            return False
        harmless = self.issuer.mint(defect=_HARMLESS_KID_DEFECT).authorization
        return self.target.send(harmless).reaction is response.reaction

    def _doubt_pointer(self, pointer: str) -> str:
        """Return why the target may be unable to fetch *pointer*; empty if it can."""
        host = urlsplit(pointer).netloc.lower()
        hosts = frozenset(map(str.lower, self.issuer.list_key_hosts()))
        others = sorted(hosts - {host})
        is_configured = host != urlsplit(self.issuer.url).netloc.lower()
        if not others or (host in hosts and is_configured):
            return ""
        return (
            f"the token points to {host}, and keys were fetched from {', '.join(others)[:200]}: "
            f"set {PREFIX}VERIFIER_URL of the issuer to the base URL by which the target reaches it"
        )

    def _count_attacker_hits(self, defect: Defect) -> None:
        hits = self.issuer.count_attacker_hits()
        if hits > self.attacker_hits:
            self.fetched_for.append(defect.id)
        self.attacker_hits = hits


def _skip(defect: Defect, reason: str) -> Check:
    return Check(
        part=Part.TOKENS,
        id=defect.id,
        title=defect.title,
        outcome=Outcome.SKIPPED,
        observed=reason,
    )
