# DEV-ONLY: never ship to production.
"""Planned errors of a login: they go to the client, if it is known where to."""

from typing import Any, Final

import pytest
from token_issuer.errors import InvalidInputError
from token_issuer.oauth.errors import DirectError, OAuthError

PLANNED: Final = OAuthError("admin_policy_enforced", "not today")
REQUEST: Final = {"client_id": "app", "redirect_uri": "http://localhost:3000/cb", "state": "s-1"}


@pytest.mark.requirement("BV-2")
@pytest.mark.parametrize(
    "more", [{}, {"response_type": "token"}, {"prompt": "none"}, {"login_hint": "alice"}]
)
def test_error_precedes_all_that_does_not_decide_where_it_goes(
    party: Any, more: dict[str, str]
) -> None:
    answer = party.provider.authorize({**REQUEST, **more}.items(), None, party.now, PLANNED)

    assert answer.parameters == {
        "error": "admin_policy_enforced",
        "error_description": "not today",
        "state": "s-1",
        "iss": "https://issuer.local",
    }
    assert answer.session_cookie is None


@pytest.mark.requirement("BV-2")
@pytest.mark.parametrize(
    "wrong",
    [{"redirect_uri": "https://attacker.example/"}, {"redirect_uri": ""}, {"client_id": ""}],
)
def test_error_opens_no_redirect(party: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(DirectError):
        party.provider.authorize({**REQUEST, **wrong}.items(), None, party.now, PLANNED)
    with pytest.raises(DirectError, match="expired"):
        party.provider.decide([("interaction", "x"), ("user", "bob")], None, party.now, PLANNED)


@pytest.mark.requirement("BV-2")
def test_error_plans_no_login_and_uses_none_up(party: Any) -> None:
    party.provider.logins.next("bob")
    party.provider.authorize(REQUEST.items(), None, party.now, PLANNED)

    assert len(party.provider.logins) == 1


@pytest.mark.requirement("BV-2")
@pytest.mark.parametrize("decision", [("user", "bob"), ("deny", "1"), ("user", "<b>")])
def test_error_after_the_page_goes_to_the_client(party: Any, decision: tuple[str, str]) -> None:
    page = party.authorize()
    form = [("interaction", page.interaction), decision]
    answer = party.provider.decide(form, None, party.now, PLANNED)

    assert answer.parameters["error"] == "admin_policy_enforced"
    assert answer.parameters["state"] == "s-1"


@pytest.mark.requirement("BV-2")
def test_device_page_shows_the_error_and_the_device_waits(party: Any) -> None:
    provider, now = party.provider, party.now
    device = provider.authorize_device(
        [("client_id", "tv")], None, now, verification_uri="http://localhost/device"
    )
    page = provider.begin_device_login(device.user_code, now)
    form = [("interaction", page.interaction), ("user", "bob")]
    with pytest.raises(InvalidInputError, match="not today"):
        provider.decide(form, None, now, PLANNED)

    assert provider.decide(form, None, now).is_approved


def test_page_of_a_removed_client_sends_nobody_back(party: Any) -> None:
    party.provider.clients.add("late", secret="s")
    page = party.authorize(client_id="late")
    party.provider.clients.reset()
    party.provider.clients.add("only", secret="s")
    with pytest.raises(DirectError):
        party.choose(page, user="bob")
