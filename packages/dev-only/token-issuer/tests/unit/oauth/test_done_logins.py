# DEV-ONLY: never ship to production.
"""The log of logins that are done."""

from datetime import datetime
from typing import Any

import pytest
from token_issuer.oauth.done_logins import MAX_DONE_LOGINS, RequestSummary

pytestmark = pytest.mark.requirement("BV-1")
CALLBACK = "http://localhost:3000/callback"


def list_done(party: Any) -> list[Any]:
    return list(party.provider.logins.done)


def test_request_is_summarized_without_its_secrets(party: Any) -> None:
    party.get_code(
        scope="openid email",
        nonce="n",
        prompt="login consent",
        response_mode="form_post",
        code_challenge="c" * 43,
        code_challenge_method="S256",
    )
    party.get_code(state=None, scope=None, code_challenge="p" * 43)

    first, second = (each.request for each in list_done(party))
    assert first == RequestSummary(
        response_type="code",
        scope="openid email",
        redirect_uri=CALLBACK,
        has_state=True,
        has_nonce=True,
        code_challenge_method="S256",
        response_mode="form_post",
        prompt="login consent",
    )
    assert second == RequestSummary(
        response_type="code",
        scope="",
        redirect_uri=CALLBACK,
        has_state=False,
        has_nonce=False,
        code_challenge_method="plain",
        response_mode="query",
        prompt="",
    )


def test_requests_of_the_client_are_noted_once_each(party: Any) -> None:
    tokens = party.log_in()
    for _ in range(2):
        party.describe_user(tokens.access_token)
        party.introspect(tokens.access_token)
    party.refresh(party.refresh(tokens.refresh_token).refresh_token)

    (done,) = list_done(party)
    assert done.requests == ("authorize", "token", "userinfo", "introspect", "refresh")
    assert (done.user, done.client_id, done.defect, done.struck) == ("alice", "app", None, False)


def test_keys_belong_to_the_login_before_the_next(party: Any, now: datetime) -> None:
    def fetch(path: str, issuer: str = "") -> None:
        party.issuer.requests.record(at=now, issuer=issuer, method="GET", path=path, status=200)

    fetch("/certs")
    party.get_code()
    fetch("/token")
    fetch("/certs", issuer="staff")
    party.get_code()
    fetch("/.well-known/jwks.json")
    party.issuer.requests.record(at=now, method="GET", path="/", status=200)
    party.get_code()
    fetch("/robot/v1/metadata/x509/robot@project.iam.gserviceaccount.com")

    assert ["keys" in done.requests for done in list_done(party)] == [False, True, True]


def test_denied_login_and_abandoned_page_are_not_done(party: Any) -> None:
    party.provider.logins.next(deny=True)
    assert "error" in party.respond()
    party.authorize()

    assert list_done(party) == []


def test_log_is_bounded_and_keeps_the_latest(party: Any) -> None:
    for number in range(MAX_DONE_LOGINS + 5):
        party.get_code(nonce=f"n-{number}")

    numbers = [done.number for done in list_done(party)]
    assert numbers == list(range(6, MAX_DONE_LOGINS + 6))
    assert len(party.provider.logins.done) == MAX_DONE_LOGINS


def test_token_of_a_login_that_is_no_longer_kept_is_good(party: Any) -> None:
    tokens = party.log_in()
    party.provider.logins.done.clear()

    assert party.describe_user(tokens.access_token) == {"sub": "alice"}
    assert list_done(party) == []


@pytest.mark.parametrize("clear", ["clear", "reset"])
def test_plans_and_log_are_cleared_together(party: Any, clear: str) -> None:
    party.get_code()
    party.provider.logins.next("bob", defect="nonce-wrong")
    if clear == "clear":
        party.provider.logins.clear()
    else:
        party.provider.reset()

    assert list(party.provider.logins) == []
    assert list_done(party) == []


def test_earlier_nonce_is_that_of_the_same_client(party: Any) -> None:
    party.get_code(nonce="mine")
    party.get_code(client_id="other", nonce="theirs")
    party.provider.logins.next("alice", defect="nonce-reused")

    assert party.read(party.log_in(nonce="now").id_token)["nonce"] == "mine"
