# DEV-ONLY: never ship to production.
"""What is demanded of an application for a defect, by what is known about the application."""

from dataclasses import replace
from typing import Final

import pytest
from token_issuer.probe.logins.rulings import Facts, Observation, rule
from token_issuer.severity import Severity
from token_issuer.tokens.defects.catalogue import find_defect, select_for_logins
from token_issuer.tokens.defects.defect import Verdict

pytestmark = pytest.mark.requirement("BV-3")

REQUEST: Final = {"scope": "openid email", "has_nonce": True, "code_challenge_method": "S256"}
OPENID: Final = Facts(uses_keys=True, reads_id_token=True, request=REQUEST)
OAUTH: Final = replace(OPENID, request={**REQUEST, "scope": "email"})
WITHOUT_KEYS: Final = replace(OPENID, uses_keys=False)
WITHOUT_ID_TOKEN: Final = replace(OPENID, reads_id_token=False)
UNBOUND: Final = replace(
    OPENID, request={**REQUEST, "has_nonce": False, "code_challenge_method": None}
)
ACCEPTED: Final = Observation(is_refused=False, shows_other_user=False, uses_access_token=True)
REFUSED: Final = replace(ACCEPTED, is_refused=True)


@pytest.mark.parametrize(
    ("id_", "facts", "verdict"),
    [
        ("signature-removed", OPENID, Verdict.REFUSE),
        ("signature-removed", WITHOUT_KEYS, Verdict.EITHER),
        ("iss-wrong", WITHOUT_KEYS, Verdict.REFUSE),
        ("iss-wrong", WITHOUT_ID_TOKEN, Verdict.EITHER),
        ("iss-wrong", OAUTH, Verdict.EITHER),
        ("id-token-missing", WITHOUT_ID_TOKEN, Verdict.REFUSE),
        ("id-token-missing", OAUTH, Verdict.EITHER),
        ("aud-list-ours", OPENID, Verdict.EITHER),
        ("typ-wrong", OPENID, Verdict.EITHER),
        ("state-wrong", OPENID, Verdict.EITHER),
        ("state-wrong", UNBOUND, Verdict.REFUSE),
        ("code-injected", OAUTH, Verdict.REFUSE),
        ("token-type-unknown", OAUTH, Verdict.REFUSE),
        ("azp-of-other-client", OPENID, Verdict.EITHER),
        ("aud-two-foreign-azp", OPENID, Verdict.REFUSE),
    ],
)
def test_verdict_depends_on_the_application(id_: str, facts: Facts, verdict: Verdict) -> None:
    assert rule(find_defect(id_), facts, ACCEPTED).verdict is verdict


@pytest.mark.parametrize(
    ("id_", "observed", "verdict"),
    [
        ("userinfo-sub-other", ACCEPTED, Verdict.EITHER),
        ("userinfo-sub-other", replace(ACCEPTED, shows_other_user=True), Verdict.REFUSE),
        ("token-type-missing", replace(ACCEPTED, uses_access_token=False), Verdict.EITHER),
        ("typ-wrong", REFUSED, Verdict.REFUSE),
        ("aud-list-ours", REFUSED, Verdict.EITHER),
    ],
)
def test_verdict_depends_on_what_was_seen(
    id_: str, observed: Observation, verdict: Verdict
) -> None:
    assert rule(find_defect(id_), OPENID, observed).verdict is verdict


def test_defects_of_a_signature_are_at_most_medium() -> None:
    assert rule(find_defect("alg-none"), OPENID, ACCEPTED).severity is Severity.MEDIUM
    assert rule(find_defect("iss-case"), OPENID, ACCEPTED).severity is Severity.LOW


@pytest.mark.parametrize("id_", select_for_logins())
def test_no_rejection_of_a_wrong_login_is_a_finding(id_: str) -> None:
    defect = find_defect(id_)
    if defect.verdict is not Verdict.ACCEPT:
        for facts in (OPENID, OAUTH, WITHOUT_KEYS, WITHOUT_ID_TOKEN, UNBOUND):
            assert rule(defect, facts, REFUSED).verdict is not Verdict.ACCEPT
