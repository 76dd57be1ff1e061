# DEV-ONLY: never ship to production.
"""Each defect of a login changes exactly what it names, compared with a good login."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import jwt
import pytest
from jwt_core import Algorithm
from msgspec import UNSET, structs
from token_issuer.errors import InvalidInputError
from token_issuer.oauth.choosers import Chooser, DefectChooser
from token_issuer.oauth.errors import OAuthError
from token_issuer.oauth.provider import Provider
from token_issuer.tokens.defects.catalogue import (
    CATALOGUE,
    ENTRIES,
    LOGIN_DEFECTS,
    TOKEN_DEFECTS,
    select_for_logins,
)
from token_issuer.tokens.defects.minting_steps import ABSENT

pytestmark = pytest.mark.requirement("BV-5")

IAT: Final = 1772366400
NONCE: Final = "n-0S6_WzA2Mj"
SECRETS: Final = ("code", "access_token", "refresh_token")
"""The members that differ in each login; only their presence is compared."""
EXPECTED: Final[Mapping[str, Mapping[str, Any]]] = {
    "state-wrong": {"response.state": "a-1"},
    "state-missing": {"response.state": ABSENT},
    "iss-parameter-wrong": {"response.iss": "https://other-issuer.example"},
    "iss-parameter-missing": {"response.iss": ABSENT},
    "error-with-code": {
        "response.error": "access_denied",
        "response.error_description": "the user has denied the login",
    },
    "id-token-missing": {"tokens.id_token": ABSENT, "refreshed.id_token": ABSENT},
    "token-type-missing": {"tokens.token_type": ABSENT, "refreshed.token_type": ABSENT},
    "token-type-unknown": {
        "tokens.token_type": "dev-only-unknown",
        "refreshed.token_type": "dev-only-unknown",
    },
    "userinfo-sub-other": {"userinfo.sub": "bob"},
    "userinfo-sub-missing": {"userinfo.sub": ABSENT},
    "nonce-wrong": {"id_token.nonce": "a-0S6_WzA2Mj"},
    "nonce-missing": {"id_token.nonce": ABSENT},
    "nonce-reused": {"id_token.nonce": "earlier"},
    "aud-of-other-client": {
        "id_token.aud": "another-client",
        "id_token.azp": ABSENT,
        "refreshed_id_token.aud": "another-client",
        "refreshed_id_token.azp": ABSENT,
    },
    "azp-of-other-client": {
        "id_token.azp": "another-client",
        "refreshed_id_token.azp": "another-client",
    },
    "aud-two-foreign-azp": {
        "id_token.aud": ["app", "another-client"],
        "id_token.azp": "another-client",
        "refreshed_id_token.aud": ["app", "another-client"],
        "refreshed_id_token.azp": "another-client",
    },
    "at-hash-wrong": {"id_token.at_hash": "wrong", "refreshed_id_token.at_hash": "wrong"},
    "iat-old": {"id_token.iat": IAT - 86400, "refreshed_id_token.iat": IAT - 86400},
    "refresh-sub-other": {"refreshed_id_token.sub": "bob"},
    "email-unverified": {
        "id_token.email_verified": False,
        "refreshed_id_token.email_verified": False,
        "userinfo.email_verified": False,
    },
    "code-injected": {
        "id_token.sub": "bob",
        "id_token.email": "bob@example.com",
        "id_token.nonce": "other",
        "refreshed_id_token.sub": "bob",
        "refreshed_id_token.email": "bob@example.com",
        "userinfo.sub": "bob",
        "userinfo.email": "bob@example.com",
    },
}


def observe(party: Any, **parameters: Any) -> dict[str, Any]:
    """Log in, refresh, fetch the UserInfo, and return each value by its place."""
    request = {"scope": "openid email", "nonce": NONCE, **parameters}
    response = party.respond(**request)
    tokens = structs.asdict(party.redeem(response["code"]))
    userinfo = party.describe_user(tokens["access_token"])
    refreshed = structs.asdict(party.refresh(tokens["refresh_token"]))
    places = {
        "response": response,
        "tokens": tokens,
        "userinfo": userinfo,
        "refreshed": refreshed,
        "id_token": read_id_token(tokens),
        "refreshed_id_token": read_id_token(refreshed),
    }
    return {
        f"{place}.{name}": "present" if is_opaque(place, name) else value
        for place, values in places.items()
        for name, value in values.items()
        if value is not UNSET
    }


def is_opaque(place: str, name: str) -> bool:
    return name in SECRETS or (place in {"tokens", "refreshed"} and name == "id_token")


def read_id_token(tokens: Mapping[str, Any]) -> dict[str, Any]:
    if tokens["id_token"] is UNSET:
        return {}
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    right = hash_token(tokens["access_token"])
    return {**claims, "at_hash": "right" if claims["at_hash"] == right else "wrong"}


def hash_token(token: str) -> str:
    return base64.urlsafe_b64encode(sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def compare(good: Mapping[str, Any], bad: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of *bad* that differ from those of *good*."""
    names = {**good, **bad}
    if "tokens.id_token" not in bad:
        names = {name: None for name in names if "id_token." not in name}
    changed = {name: bad.get(name, ABSENT) for name in names}
    return {name: value for name, value in changed.items() if value != good.get(name, ABSENT)}


def list_done(party: Any) -> list[Any]:
    return list(party.provider.logins.done)


def test_every_defect_of_a_login_is_in_the_table() -> None:
    assert set(EXPECTED) == set(LOGIN_DEFECTS)


@pytest.mark.parametrize("id_", LOGIN_DEFECTS)
def test_defect_changes_what_it_names_and_nothing_else(party: Any, id_: str) -> None:
    party.log_in(nonce="earlier")
    party.provider.logins.next("alice")
    good = observe(party)
    party.provider.logins.done.clear()
    party.log_in(nonce="earlier", prompt="login")
    party.provider.logins.next("alice", defect=id_)
    bad = observe(party)

    difference = compare(good, bad)
    if id_ == "code-injected":
        assert difference["id_token.nonce"] != NONCE
        difference["id_token.nonce"] = "other"
    assert difference == EXPECTED[id_]
    assert [(each.defect, each.struck) for each in list_done(party)] == [(None, False), (id_, True)]


@pytest.mark.parametrize("id_", [id_ for id_ in select_for_logins() if id_ in TOKEN_DEFECTS])
def test_defect_of_tokens_is_that_of_the_id_token(build_party: Any, id_: str) -> None:
    party = build_party()
    issuer = replace(party.issuer, url="http://issuer.test")
    party.provider = Provider(issuer, lambda: party.elapsed_s)
    party.issuer = issuer
    party.provider.logins.next("alice")
    good = party.log_in(nonce=NONCE)
    party.provider.logins.next("alice", defect=id_)
    bad = party.log_in(nonce=NONCE)

    entry = ENTRIES[id_]
    claims = {**party.read(good.id_token), "at_hash": hash_token(bad.access_token)}
    key = issuer.keys.ensure_key(Algorithm(entry.defect.alg or "RS256"))
    expected = entry.steps.make_token(issuer.collect_ingredients(claims, key, party.now))
    is_deterministic = entry.defect.alg != "ES256" and id_ != "alg-ps256"
    end = None if is_deterministic else expected.rindex(".")
    assert str(bad.id_token)[:end] == expected[:end]
    assert bad.id_token != good.id_token
    assert (bad.token_type, bad.scope, bad.expires_in) == ("Bearer", "openid", 900)
    assert party.describe_user(bad.access_token) == {"sub": "alice"}
    assert [each.struck for each in list_done(party)] == [False, True]


@pytest.mark.parametrize(
    ("id_", "parameters"),
    [
        ("nonce-wrong", {"nonce": None}),
        ("nonce-missing", {"nonce": None}),
        ("nonce-reused", {"nonce": None}),
        ("nonce-reused", {}),  # no earlier login
        ("nonce-wrong", {"scope": None}),
        ("state-wrong", {"state": None}),
        ("state-missing", {"state": None}),
        ("id-token-missing", {"scope": "email"}),
        ("email-unverified", {"scope": "openid"}),
        ("refresh-sub-other", {}),
        ("userinfo-sub-other", {}),
        ("userinfo-sub-missing", {}),
        ("alg-none", {"scope": "email"}),
        ("aud-case", {"client_id": "4711"}),
    ],
)
def test_defect_that_changes_nothing_has_not_struck(
    party: Any, id_: str, parameters: dict[str, Any]
) -> None:
    party.provider.logins.next("alice", defect=id_)
    code = party.respond(**{"nonce": NONCE, **parameters})["code"]
    tokens = party.redeem(code, client_id=parameters.get("client_id", "app"))

    (done,) = list_done(party)
    assert (done.defect, done.struck) == (id_, False)
    if "id_token" in structs.asdict(tokens) and tokens.id_token is not UNSET:
        assert party.read(tokens.id_token)["sub"] == "alice"


def test_user_whose_email_is_unverified_anyway_is_not_struck(party: Any) -> None:
    party.provider.logins.next("carol", defect="email-unverified")
    party.log_in(scope="openid email", login_hint=None)

    assert [each.struck for each in list_done(party)] == [False]


def test_injected_code_is_rejected_with_pkce(party: Any) -> None:
    verifier = "verifier-of-at-least-forty-three-characters-1"
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    party.provider.logins.next("alice", defect="code-injected")
    code = party.get_code(code_challenge=challenge, code_challenge_method="S256")

    with pytest.raises(OAuthError, match="code_verifier: does not match"):
        party.redeem(code, code_verifier=verifier)
    (done,) = list_done(party)
    assert (done.struck, done.requests) == (True, ("authorize", "token"))


def test_injected_code_without_pkce_and_nonce_logs_another_user_in(party: Any) -> None:
    party.provider.logins.next("alice", defect="code-injected")
    tokens = party.log_in(login_hint=None)

    assert party.read(tokens.id_token)["sub"] == "bob"
    assert "nonce" not in party.read(tokens.id_token)
    assert list_done(party)[0].user == "alice"


def test_other_user_exists_even_if_only_one_is_declared(build_party: Any) -> None:
    party = build_party(users={"solo": {}})
    party.provider.logins.next("solo", defect="code-injected")

    assert party.read(party.log_in(login_hint=None).id_token)["sub"] == "someone-else"


def test_session_of_a_defective_login_is_a_good_one(party: Any) -> None:
    party.provider.logins.next("alice", defect="aud-of-other-client")
    party.log_in()
    tokens = party.redeem(party.respond(prompt="none")["code"])

    assert party.read(tokens.id_token)["aud"] == "app"
    assert [each.defect for each in list_done(party)] == ["aud-of-other-client", None]


def test_device_gets_the_defect(party: Any) -> None:
    device = party.provider.authorize_device(
        [("client_id", "tv"), ("scope", "openid")], None, party.now, verification_uri="http://v"
    )
    party.provider.logins.next("alice", defect="azp-of-other-client")
    party.provider.begin_device_login(device.user_code, party.now)
    tokens = party.exchange(
        client_id="tv",
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=device.device_code,
    )

    assert party.read(tokens.id_token)["azp"] == "another-client"
    (done,) = list_done(party)
    assert (done.client_id, done.request, done.requests) == ("tv", None, ("token",))
    assert done.struck


@pytest.mark.parametrize(
    ("text", "other"),
    [("s-1", "a-1"), ("a", "b"), ("A1", "B1"), ("Z", "A"), ("0", "1"), ("7", "0")],
)
def test_wrong_state_has_the_form_of_the_right_one(party: Any, text: str, other: str) -> None:
    party.provider.logins.next("alice", defect="state-wrong")

    assert party.respond(state=text)["state"] == other


@pytest.mark.parametrize("profile", ["plain", "google"])
def test_google_profile_describes_the_same_defect(build_party: Any, profile: str) -> None:
    party = build_party(profile=profile)
    party.provider.logins.next("alice", defect="email-unverified")
    tokens = party.log_in(scope="openid email")
    described = party.provider.describe_access_token(
        str(tokens.access_token), party.now, is_old=False
    )

    assert described["email_verified"] == "false"
    assert list_done(party)[0].requests == ("authorize", "token", "tokeninfo")


@pytest.mark.parametrize(
    ("fields", "message", "named"),
    [
        ({"defect": "nonce-wrnog"}, r"did you mean nonce-wrong\?", ("defect",)),
        ({"defect": ""}, "no defect is named ''", ("defect",)),
        ({"defect": "x" * 5000}, "no defect is named 'x{80}'", ("defect",)),
        ({"defect": "header-double"}, "is about credentials, which a login lacks", ("defect",)),
        ({"defect": "nonce-wrong", "deny": True}, "contradict each other", ("defect", "deny")),
    ],
)
def test_defect_that_no_login_can_have_is_rejected(
    party: Any, fields: dict[str, Any], message: str, named: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        party.provider.logins.next("alice", **fields)

    assert caught.value.fields == named
    assert len(party.provider.logins) == 0


def test_page_lists_the_defects_and_keeps_the_chosen_one(party: Any) -> None:
    page = party.authorize()
    assert page.can_have_defect
    listed = party.choose(page, list_defects="true")
    assert isinstance(listed, DefectChooser)
    assert {defect.id for defect in listed.defects} == set(select_for_logins())
    chosen = party.choose(page, defect="iat-old")
    assert isinstance(chosen, Chooser)
    assert chosen.defect is CATALOGUE["iat-old"]
    corrected = party.choose(chosen, defect="iat-old", user="no name")
    assert (corrected.defect, bool(corrected.problem)) == (CATALOGUE["iat-old"], True)
    code = party.choose(corrected, defect="iat-old", user="alice").parameters["code"]

    assert party.read(party.redeem(code).id_token)["iat"] == IAT - 86400


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"defect": "nonce-wrnog"}, "did you mean nonce-wrong"),
        ({"defect": "nonce-wrnog", "user": "alice"}, "did you mean nonce-wrong"),
        ({"defect": "scheme-missing", "user": "alice"}, "which a login lacks"),
    ],
)
def test_page_rejects_other_defects(party: Any, form: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        party.choose(party.authorize(), **form)


@pytest.mark.parametrize("form", [{"list_defects": "true"}, {"defect": "iat-old", "user": "alice"}])
def test_page_has_no_defects_without_the_admin_surface(
    build_party: Any, form: dict[str, str]
) -> None:
    party = build_party(admin=False)
    page = party.authorize()
    assert not page.can_have_defect
    with pytest.raises(InvalidInputError, match="does not serve /admin"):
        party.choose(page, **form)


def test_user_who_cancels_denies_the_login_with_a_defect(party: Any) -> None:
    response = party.choose(party.authorize(), defect="error-with-code", deny="true")

    assert response.parameters["error"] == "access_denied"
    assert "code" not in response.parameters
    assert list_done(party) == []
