# DEV-ONLY: never ship to production.
"""The logout endpoint: OpenID Connect RP-Initiated Logout 1.0."""

from typing import Any, Final

import pytest
from token_issuer.oauth.errors import DirectError

pytestmark = pytest.mark.requirement("LG-1")

BYE: Final = "http://localhost:3000/bye"


def log_out(party: Any, **parameters: Any) -> Any:
    pairs = [(name, str(value)) for name, value in parameters.items()]
    return party.provider.log_out(pairs, party.cookie, party.now)


@pytest.mark.must(
    "logout",
    "A logout ends the session, also for copies of its cookie; without a target, a page says so.",
    "OpenID Connect RP-Initiated Logout §2",
    "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
)
def test_logout_ends_the_session_for_everybody_who_has_its_cookie(party: Any) -> None:
    party.log_in()
    assert log_out(party) is None
    assert log_out(party, state="x") is None
    assert log_out(party, client_id="app", state="x") is None

    assert party.respond(prompt="none")["error"] == "login_required"


@pytest.mark.must(
    "logout",
    "The browser goes back to the client, with `state`; an expired hint is accepted.",
    "OpenID Connect RP-Initiated Logout §2, §3",
    "oidcc-rp-initiated-logout",
    "oidcc-rp-initiated-logout-no-state",
)
def test_browser_goes_back_with_the_state(party: Any) -> None:
    tokens = party.log_in()
    party.wait(days=1)  # an expired hint is accepted

    hint = {"id_token_hint": tokens.id_token}
    assert log_out(party, **hint, post_logout_redirect_uri=BYE) == BYE
    location = log_out(party, **hint, post_logout_redirect_uri=f"{BYE}?a=1", state="x &")
    assert location == f"{BYE}?a=1&state=x%20%26"
    assert log_out(party, client_id="app", post_logout_redirect_uri=BYE) == BYE


def test_logout_without_a_session_works(party: Any) -> None:
    assert log_out(party, client_id="app", post_logout_redirect_uri=BYE) == BYE


def test_tokens_outlive_the_session(party: Any) -> None:
    tokens = party.log_in()
    log_out(party)

    assert party.refresh(tokens.refresh_token)


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({}, "the client is unknown; send client_id"),
        ({"client_id": "nobody"}, "no client is named 'nobody'"),
        ({"client_id": "app"}, f"may not use '{BYE}'; expected one that is declared"),
        (
            {"client_id": "app", "post_logout_redirect_uri": "https://app.test/bye?x=1"},
            "expected one that is declared",
        ),
        ({"client_id": "none"}, "the client 'none' declares none"),
        ({"client_id": "local", "post_logout_redirect_uri": "https://evil.example"}, "loopback"),
        ({"client_id": "app", "id_token_hint": "x"}, "id_token_hint: expected an ID token"),
        ({"client_id": ["app", "app"]}, "client_id: given 2 times"),
    ],
)
@pytest.mark.must(
    "logout",
    "The browser goes to registered URLs of a known client only.",
    "OpenID Connect RP-Initiated Logout §3",
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
)
def test_browser_goes_to_registered_urls_only(
    build_party: Any, parameters: dict[str, Any], problem: str
) -> None:
    party = build_party(
        clients={
            "app": {"post_logout_redirect_uris": ["https://app.test/bye"]},
            "none": {"redirect_uris": ["http://localhost/callback"]},
            "local": {},
        }
    )
    cookie = party.cookie = party.authorize(client_id="local", login_hint="bob").session_cookie
    values = {"post_logout_redirect_uri": BYE, **parameters}
    pairs = [
        (name, item)
        for name, value in values.items()
        for item in (value if isinstance(value, list) else [value])
    ]
    with pytest.raises(DirectError, match=problem):
        party.provider.log_out(pairs, cookie, party.now)

    assert "code" in party.respond(client_id="local", prompt="none"), "the session stays"


def test_declared_url_is_accepted(build_party: Any) -> None:
    uri = "https://app.test/bye"
    fields = {"post_logout_redirect_uris": [uri], "redirect_uris": ["https://app.test/callback"]}
    party = build_party(clients={"app": fields})

    assert log_out(party, client_id="app", post_logout_redirect_uri=uri) == uri


@pytest.mark.must(
    "logout",
    "A hint of another issuer or client, or a changed one, is an error.",
    "OpenID Connect RP-Initiated Logout §2",
    "oidcc-rp-initiated-logout-modified-id-token-hint",
    "oidcc-rp-initiated-logout-bad-id-token-hint",
)
def test_hint_must_be_of_this_issuer_and_this_client(party: Any, build_party: Any) -> None:
    tokens = party.log_in()
    foreign = build_party(issuer="https://other.test").log_in().id_token
    for hint in (foreign, tokens.access_token, f"{tokens.id_token}x", "x"):
        with pytest.raises(DirectError, match="id_token_hint: expected an ID token"):
            log_out(party, id_token_hint=hint, post_logout_redirect_uri=BYE)
    with pytest.raises(DirectError, match="contradict each other"):
        log_out(party, id_token_hint=tokens.id_token, client_id="other")
