# DEV-ONLY: never ship to production.
"""Defective logins, judged by a relying party that lacks one check at a time."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from tests.weak_relying_party.party import run_weak_relying_party
from token_issuer import RunningIssuer, run_token_issuer
from token_issuer.tokens.defects.catalogue import select_for_logins
from token_issuer.tokens.defects.defect import CHECKS, Defect, Kind, Verdict

pytestmark = pytest.mark.requirement("BV-5")

DEFECTS: Final = select_for_logins()
ACCEPTED: Final = "accepted"
NOT_STRUCK: Final = "not struck"
NEEDED: Final = {"nonce": {"code-injection"}}
"""Checks without which another one has nothing to check: there is no nonce without the former."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(issuer="self") as running:
        yield running


@contextmanager
def strike(issuer: RunningIssuer, kind: str) -> Iterator[None]:
    """Let the key endpoints misbehave meanwhile."""
    if kind:
        issuer.faults.set({"kind": kind})
    yield
    issuer.faults.reset()


def judge(issuer: RunningIssuer, defect: Defect, without: Iterable[str] = ()) -> str:
    """Log in, and return which check rejects the login, or that none does.

    The user of a token's defect comes from the ID token alone, since userinfo would contradict it.
    """
    with run_weak_relying_party(
        issuer.url,
        without=without,
        fetching="fetches-for-each-token",
        reads_userinfo=defect.kind is Kind.LOGIN,
    ) as party:
        issuer.logins.next("alice")
        issuer.login(f"{party.url}/login")  # the defect may repeat its nonce
        issuer.logins.next("alice", defect=defect.id)
        with strike(issuer, defect.fault):
            browser = issuer.login(f"{party.url}/login").browser
            browser.get("/refresh")
        is_logged_in = browser.get("/me").status == 200
        *_, done = issuer.logins.done
        if not is_logged_in:
            return party.refused_by
        return ACCEPTED if done.struck else NOT_STRUCK


@pytest.mark.parametrize("id_", DEFECTS)
def test_just_the_check_that_the_catalogue_names_rejects_the_login(
    issuer: RunningIssuer, id_: str
) -> None:
    defect = DEFECTS[id_]
    expected = ACCEPTED if defect.verdict is Verdict.ACCEPT else defect.check
    others = set(CHECKS) - {defect.check} - NEEDED.get(defect.check, set())

    assert judge(issuer, defect) == expected
    assert judge(issuer, defect, without={defect.check}) == ACCEPTED
    assert judge(issuer, defect, without=CHECKS) in {ACCEPTED, NOT_STRUCK}
    # The checks are independent, so the login is also rejected without any one of the others.
    assert judge(issuer, defect, without=others) == expected
