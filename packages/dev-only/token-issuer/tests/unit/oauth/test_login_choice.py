# DEV-ONLY: never ship to production.
"""Who logs in: prompt, max_age, hints, sessions, and logins without a page."""

from typing import Any, Final

import pytest
from token_issuer.errors import InvalidInputError
from token_issuer.oauth.choosers import Chooser
from token_issuer.tokens.request_parsing import convert_parameters

pytestmark = pytest.mark.requirement("LG-1")

ALICE: Final[dict[str, Any]] = {"login_hint": "alice"}


def get_sub(party: Any, **parameters: Any) -> Any:
    return party.read(party.redeem(party.respond(**parameters)["code"]).id_token)["sub"]


@pytest.mark.must(
    "authorization",
    "`prompt=none` shows no page: without a session, the error is `login_required`.",
    "OpenID Connect Core §3.1.2.1",
    "oidcc-prompt-none-not-logged-in",
)
def test_prompt_none_never_shows_a_page(party: Any) -> None:
    assert party.respond(prompt="none")["error"] == "login_required"
    assert party.respond(prompt="none", **ALICE)["error"] == "login_required"


@pytest.mark.parametrize("login", [None, "alice"])
def test_prompt_none_does_not_log_in_without_a_session(build_party: Any, login: str | None) -> None:
    party = build_party(login=login)
    party.provider.logins.next("bob")

    assert party.respond(prompt="none")["error"] == "login_required"
    assert len(party.provider.logins) == 1


@pytest.mark.must(
    "authorization",
    "`prompt=none` continues a session, with its `auth_time`.",
    "OpenID Connect Core §3.1.2.1",
    "oidcc-prompt-none-logged-in",
)
def test_prompt_none_continues_a_session(party: Any) -> None:
    first = party.log_in(nonce="1")
    party.wait(seconds=90)
    second = party.redeem(party.respond(prompt="none", nonce="2")["code"])

    before, after = party.read(first.id_token), party.read(second.id_token)
    assert (after["sub"], after["auth_time"]) == (before["sub"], before["auth_time"])
    assert after["nonce"] == "2"


def test_session_needs_no_page(party: Any) -> None:
    party.choose(party.authorize(), user="carol")

    assert get_sub(party) == "carol"


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
@pytest.mark.must(
    "authorization",
    "`prompt=login` asks again, and `auth_time` is that of the new login.",
    "OpenID Connect Core §3.1.2.1",
    "oidcc-prompt-login",
)
def test_prompt_login_asks_again(party: Any, prompt: str) -> None:
    first = party.log_in()
    party.wait(seconds=5)
    page = party.authorize(prompt=prompt)
    assert isinstance(page, Chooser)
    second = party.redeem(party.choose(page, user="alice").parameters["code"])

    times = [party.read(tokens.id_token)["auth_time"] for tokens in (first, second)]
    assert times[1] == times[0] + 5


def test_prompt_consent_shows_no_page_of_its_own(party: Any) -> None:
    party.log_in()

    assert "code" in party.respond(prompt="consent")


def test_hint_logs_in_without_a_page_also_again(party: Any) -> None:
    first = party.log_in()
    party.wait(seconds=5)
    second = party.log_in(prompt="login")

    times = [party.read(tokens.id_token)["auth_time"] for tokens in (first, second)]
    assert times[1] == times[0] + 5


def test_prompt_select_account_shows_the_page_whatever_the_hint(party: Any) -> None:
    assert isinstance(party.authorize(prompt="select_account", **ALICE), Chooser)


@pytest.mark.parametrize(
    ("max_age", "waited_s", "is_asked"),
    [
        ("10000", 5, False),
        ("10", 0, False),
        ("5", 5, False),
        ("4", 5, True),
        ("1", 2, True),
        ("0", 0, True),
    ],
)
@pytest.mark.must(
    "authorization",
    "A session older than `max_age` is not continued, and the ID token has `auth_time`.",
    "OpenID Connect Core §3.1.2.1",
    "oidcc-max-age-1",
    "oidcc-max-age-10000",
)
def test_max_age_asks_again(party: Any, max_age: str, waited_s: int, *, is_asked: bool) -> None:
    party.log_in()
    party.wait(seconds=waited_s)

    page = party.authorize(max_age=max_age)
    assert isinstance(page, Chooser) is is_asked
    answer = party.respond(max_age=max_age, prompt="none")
    assert (answer.get("error") == "login_required") is is_asked
    response = party.choose(page, user="alice") if is_asked else page
    tokens = party.redeem(response.parameters["code"])
    auth_time = party.read(tokens.id_token)["auth_time"]
    assert auth_time == int(party.now.timestamp()) - (0 if is_asked else waited_s)


def test_session_from_the_future_is_not_young(party: Any) -> None:
    party.log_in()
    party.ahead -= party.ahead.resolution * 3_600_000_000

    assert isinstance(party.authorize(max_age="60"), Chooser)


@pytest.mark.parametrize("hint", ["bob", "bob@example.com", "BOB@example.com"])
@pytest.mark.must(
    "authorization", "`login_hint` is accepted.", "OpenID Connect Core §3.1.2.1", "oidcc-login-hint"
)
def test_hint_is_a_name_or_an_email_address(party: Any, hint: str) -> None:
    party.log_in()

    assert get_sub(party, login_hint=hint) == "bob"


def test_hint_of_the_session_continues_it(party: Any) -> None:
    party.log_in()
    cookie = party.cookie
    party.log_in()

    assert party.cookie == cookie


def test_hint_by_email_address_continues_the_session_too(party: Any) -> None:
    party.log_in()

    assert "code" in party.respond(prompt="none", login_hint="alice@example.com")


def test_hint_of_somebody_else_ends_the_session(party: Any) -> None:
    party.log_in()
    first = party.cookie
    assert party.respond(prompt="none", login_hint="bob")["error"] == "login_required"
    assert isinstance(party.authorize(login_hint="nobody"), Chooser)
    party.log_in(login_hint="bob")

    assert party.cookie != first
    party.cookie = first
    assert party.respond(prompt="none")["error"] == "login_required"


@pytest.mark.must(
    "authorization",
    "With `id_token_hint`, only its user logs in; the hint may have expired.",
    "OpenID Connect Core §3.1.2.1",
    "oidcc-id-token-hint",
)
def test_id_token_hint_demands_its_user(party: Any) -> None:
    hint = party.log_in().id_token
    party.wait(hours=1)

    assert "code" in party.respond(prompt="none", id_token_hint=hint)
    party.choose(party.authorize(prompt="login"), user="bob")
    assert party.respond(prompt="none", id_token_hint=hint)["error"] == "login_required"
    page = party.authorize(id_token_hint=hint)
    assert party.choose(page, user="carol").parameters["error"] == "login_required"
    answer = party.respond(id_token_hint=hint, login_hint="carol")
    assert answer["error"] == "login_required"
    assert "code" in party.choose(page, user="alice").parameters


@pytest.mark.must(
    "authorization",
    "An `id_token_hint` of another issuer is an error.",
    "OpenID Connect Core §3.1.2.1",
)
def test_id_token_hint_must_be_of_this_issuer(party: Any, build_party: Any) -> None:
    other = build_party(issuer="https://other.test")  # with the same keys
    tokens = party.log_in()

    minted = [
        party.issuer.issue(convert_parameters({"claims": claims})).access_token
        for claims in ({"sub": None}, {"sub": 5}, {"exp": "soon"}, {"exp": 1e300})
    ]
    foreign = other.log_in().id_token
    for hint in (foreign, tokens.access_token, f"{tokens.id_token}x", *minted):
        assert party.respond(id_token_hint=hint)["error"] == "invalid_request"


def test_configured_user_logs_in_without_a_page(build_party: Any) -> None:
    party = build_party(login="bob")

    assert get_sub(party) == "bob"
    assert get_sub(party, prompt="select_account") == "bob"
    assert get_sub(party, login_hint="alice") == "alice"


def test_planned_logins_are_used_once_in_their_order(party: Any) -> None:
    logins = party.provider.logins
    logins.next("bob")
    logins.next(deny=True)
    logins.next("carol", deny=True)
    logins.next("carol", claims={"email_verified": True, "role": "x"})

    assert get_sub(party) == "bob"
    assert party.respond()["error"] == "access_denied"
    assert party.respond()["error"] == "access_denied"
    claims = party.read(party.log_in(scope="openid email", login_hint=None).id_token)
    assert (claims["sub"], claims["email_verified"], claims["role"]) == ("carol", True, "x")
    assert isinstance(party.authorize(prompt="login"), Chooser)


def test_planned_login_beats_session_and_hint(party: Any) -> None:
    party.log_in()
    party.provider.logins.next("bob")

    assert get_sub(party, **ALICE) == "bob"


def test_invalid_request_uses_no_planned_login(party: Any) -> None:
    party.provider.logins.next("bob")
    party.respond(scope='"')

    assert len(party.provider.logins) == 1


def test_planned_user_who_was_removed_denies(party: Any) -> None:
    party.provider.logins.next("bob")
    party.provider.users.remove("bob")

    assert party.respond()["error"] == "access_denied"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"user": "bbo"}, "user: no user is named 'bbo' .did you mean bob"),
        ({}, "user: missing"),
        ({"claims": {"a": 1}}, "user: missing"),
        ({"user": "bob", "claims": {"sub": "x"}}, "claims.sub: is set by the issuer"),
        ({"user": "bob", "claims": {"iss": "x"}}, "claims.iss: is set by the issuer"),
        ({"user": "bob", "claims": {"a": {1, 2}}}, "claims.a: expected a JSON value"),
        ({"user": "bob", "claims": {"a": "x" * 1024}}, "at most 1024 characters"),
    ],
)
def test_planned_login_is_checked(party: Any, arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        party.provider.logins.next(**arguments)


def test_planned_logins_are_bounded_and_can_be_forgotten(party: Any) -> None:
    for _ in range(100):
        party.provider.logins.next("bob")
    with pytest.raises(InvalidInputError, match="100 are planned already"):
        party.provider.logins.next("bob")
    party.provider.reset()

    assert len(party.provider.logins) == 0


def test_session_of_a_removed_user_ends(party: Any) -> None:
    party.log_in()
    party.provider.users.remove("alice")
    assert party.respond(prompt="none")["error"] == "login_required"
    party.provider.users.add("alice", sub="another")
    assert party.respond(prompt="none")["error"] == "login_required"
    party.provider.reset()
    assert "code" in party.respond(prompt="none")


def test_session_expires(party: Any) -> None:
    party.log_in()
    party.wait(hours=12)

    assert party.respond(prompt="none")["error"] == "login_required"


def test_forged_session_is_none(party: Any) -> None:
    party.log_in()
    cookie = party.cookie
    for forged in (cookie[:-2], cookie.lower(), "", "dev-only-session.", "x" * 16385):
        party.cookie = forged
        assert party.respond(prompt="none")["error"] == "login_required"


def test_other_sealed_values_are_no_session(party: Any) -> None:
    tokens, code = party.log_in(), party.get_code()
    for text in (code, tokens.refresh_token, tokens.access_token):
        party.cookie = text
        assert party.respond(prompt="none")["error"] == "login_required"
