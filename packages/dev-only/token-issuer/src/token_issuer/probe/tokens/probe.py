# DEV-ONLY: never ship to production.
"""Each entry of the catalogue, sent to the target."""

from collections.abc import Callable, Iterator

from token_issuer.probe.issuer_control import IssuerClient
from token_issuer.probe.results import Check, Finding
from token_issuer.probe.target.target import Target
from token_issuer.probe.tokens.judging import FOLLOWED, judge_followed
from token_issuer.probe.tokens.key_priming import needs_keys, offer_keys
from token_issuer.probe.tokens.session import Checked, Session
from token_issuer.tokens.defects.catalogue import CATALOGUE


def probe_tokens(
    target: Target,
    issuer: IssuerClient,
    *,
    select: Callable[[str], bool],
    report: Callable[[Check], None],
) -> tuple[list[Check], list[Finding]]:
    """Send the selected tokens of the catalogue, and judge how the target takes each.

    Args:
        target: What is probed; it accepts good tokens.
        issuer: The issuer that it trusts.
        select: Tells by the id whether a check is wanted.
        report: Told of each check as it is done.

    Returns:
        The checks in the order of the catalogue, and the findings.

    Raises:
        RemoteIssuerError: the issuer is gone.
    """
    positions = {check_id: position for position, check_id in enumerate([*CATALOGUE, FOLLOWED])}
    checks: list[Check] = []
    findings: list[Finding] = []
    for check, finding in _run(target, issuer, select):
        report(check)
        checks.append(check)
        if finding is not None:
            findings.append(finding)
    checks.sort(key=lambda check: positions[check.id])
    return checks, findings


def _run(target: Target, issuer: IssuerClient, select: Callable[[str], bool]) -> Iterator[Checked]:
    """Send what needs nothing first; then, with one fetch for all of them, what needs new keys."""
    chosen = [defect for defect in CATALOGUE.values() if select(defect.id)]
    demanding = [defect for defect in chosen if needs_keys(defect)]
    session = Session(target, issuer, issuer.count_attacker_hits())
    for defect in chosen:
        if defect not in demanding:
            yield session.probe(defect)
    if demanding:
        with offer_keys(target, issuer, demanding) as is_fetched:
            for defect in demanding:
                yield session.probe(defect, is_judgeable=is_fetched)
    if select(FOLLOWED):
        yield judge_followed(session.followed)
