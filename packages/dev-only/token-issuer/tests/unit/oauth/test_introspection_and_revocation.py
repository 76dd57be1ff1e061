# DEV-ONLY: never ship to production.
"""Introspection (RFC 7662) and revocation (RFC 7009)."""

from typing import Any, Final

import pytest
from token_issuer.oauth.client_authentication import BasicCredentials
from token_issuer.oauth.errors import OAuthError
from token_issuer.tokens.request_parsing import convert_parameters

pytestmark = pytest.mark.requirement("LG-1")

INACTIVE: Final = {"active": False}


@pytest.mark.must(
    "introspection",
    "An active token is described with `active`, scope, client and user.",
    "RFC 7662 §2.2",
)
def test_access_token_is_described(party: Any) -> None:
    tokens = party.log_in(scope="openid email")
    described = party.introspect(tokens.access_token)

    assert described == {
        "active": True,
        "iss": "https://issuer.local",
        "sub": "alice",
        "username": "alice",
        "aud": "stream-watcher-docker",
        "client_id": "app",
        "scope": "openid email",
        "token_type": "Bearer",
        "iat": 1772366400,
        "exp": 1772367300,
        "auth_time": 1772366400,
    }


@pytest.mark.must(
    "introspection",
    'An inactive or invented token is `{"active": false}`, and nothing else.',
    "RFC 7662 §2.2",
)
def test_inactive_token_says_nothing_else(party: Any) -> None:
    tokens = party.log_in()
    code, page = party.get_code(), party.authorize(prompt="select_account").interaction
    for token in ("x", "a.b.c", "ya29.x", code, page, party.cookie, tokens.id_token, "ü" * 9000):
        assert party.introspect(token) == INACTIVE
    party.wait(minutes=15)
    assert party.introspect(tokens.access_token) == INACTIVE


def test_refresh_token_is_active_for_its_client_until_it_is_used(party: Any) -> None:
    first = party.log_in(scope="openid email")
    assert party.introspect(first.refresh_token, "app") == {
        "active": True, "client_id": "app", "sub": "alice", "username": "alice",
        "scope": "openid email",
    }  # fmt: skip
    assert party.introspect(first.refresh_token, "other") == INACTIVE
    second = party.refresh(first.refresh_token)
    assert party.introspect(first.refresh_token, "app") == INACTIVE
    assert party.introspect(second.refresh_token, "app")["active"]


def test_refresh_token_of_a_removed_user_is_inactive(party: Any) -> None:
    token = party.log_in().refresh_token
    party.provider.users.remove("alice")

    assert party.introspect(token, "app") == INACTIVE


def test_minted_token_is_active_while_it_is_valid(party: Any) -> None:
    token = party.issuer.issue(convert_parameters({"sub": "x", "exp": "5m"})).access_token
    described = party.introspect(token)

    assert (described["active"], described["sub"], described["token_type"]) == (True, "x", "Bearer")
    party.wait(minutes=5)
    assert party.introspect(token) == INACTIVE


def test_minted_token_cannot_claim_to_be_inactive_or_more(party: Any) -> None:
    request = convert_parameters({"claims": {"active": False, "token_type": "x"}})
    described = party.introspect(party.issuer.issue(request).access_token)

    assert (described["active"], described["token_type"]) == (True, "Bearer")


def test_minted_tokens_of_others_are_inactive(party: Any) -> None:
    for fields in ({"iss": "https://other.test"}, {"profile": "google"}, {"defect": "alg-none"}):
        token = party.issuer.issue(convert_parameters(fields)).access_token
        assert party.introspect(token) == INACTIVE


def test_claims_for_apis_are_described(build_party: Any) -> None:
    party = build_party(users={"erin": {"groups": ["a"]}})
    token = party.log_in(login_hint="erin", scope="openid email").access_token

    assert party.introspect(token)["groups"] == ["a"]
    assert "email" not in party.introspect(token)


@pytest.mark.parametrize(
    ("basic", "parameters"),
    [
        (None, {}),
        (None, {"client_id": "api"}),
        (("api", ""), {}),
        (("api", "wrong"), {}),
        (("nobody", "s3cret"), {}),
        (("public", ""), {}),
        (None, {"client_id": "public"}),
        (None, {"client_id": "public", "client_secret": "x"}),
    ],
)
@pytest.mark.must("introspection", "A caller must authenticate with a secret.", "RFC 7662 §2.1")
def test_introspection_needs_a_secret(
    build_party: Any, basic: Any, parameters: dict[str, str]
) -> None:
    party = build_party(clients={"api": {"secret": "s3cret"}, "public": {}})
    pairs = [("token", "x"), *parameters.items()]
    with pytest.raises(OAuthError) as caught:
        party.provider.introspect(pairs, basic and BasicCredentials(*basic), party.now)

    assert (caught.value.error, caught.value.status) == ("invalid_client", 401)


def test_introspection_needs_a_secret_of_undeclared_clients_too(party: Any) -> None:
    with pytest.raises(OAuthError, match="client_secret: missing"):
        party.provider.introspect([("token", "x"), ("client_id", "api")], None, party.now)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("token", "a"), ("token", "b")],
        [("token", "")],
        [("token", "a"), ("token_type_hint", "x"), ("token_type_hint", "x")],
    ],
)
def test_token_is_needed_once(party: Any, pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(OAuthError) as caught:
        party.provider.introspect(pairs, BasicCredentials("api", "s"), party.now)
    assert caught.value.error == "invalid_request"
    with pytest.raises(OAuthError) as caught:
        party.provider.revoke(pairs, BasicCredentials("api", "s"), party.now)
    assert caught.value.error == "invalid_request"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.must(
    "revocation", "Revocation of one token ends all tokens of its login.", "RFC 7009 §2.1"
)
def test_revocation_cascades(party: Any, kind: str) -> None:
    first = party.log_in()
    second = party.refresh(first.refresh_token)
    party.revoke(getattr(second, kind))

    for token in (first.access_token, second.access_token, second.refresh_token):
        assert party.introspect(token, "app") == INACTIVE
    with pytest.raises(OAuthError, match="refresh_token: is revoked"):
        party.refresh(second.refresh_token)
    with pytest.raises(OAuthError, match="access_token: expected"):
        party.describe_user(second.access_token)


def test_revocation_ends_no_other_login(party: Any) -> None:
    first, other = party.log_in(), party.log_in()
    party.revoke(first.refresh_token)

    assert party.introspect(other.access_token)["active"]


def test_unknown_tokens_are_revoked_already(party: Any) -> None:
    """RFC 7009 §2.2."""
    tokens = party.log_in()
    minted = party.issuer.issue(convert_parameters({})).access_token
    for token in ("x", "a.b.c", tokens.id_token, party.get_code(), minted, "ü" * 9000):
        party.revoke(token)
    party.revoke(tokens.refresh_token)
    party.revoke(tokens.refresh_token)


@pytest.mark.must("revocation", "A token of another client is not revoked.", "RFC 7009 §2.1")
def test_token_of_another_client_is_not_revoked(party: Any) -> None:
    tokens = party.log_in()
    for token in (tokens.access_token, tokens.refresh_token):
        with pytest.raises(OAuthError, match="token: issued to another client"):
            party.revoke(token, client_id="other")

    assert party.introspect(tokens.access_token)["active"]


@pytest.mark.must("revocation", "A client with a secret must prove it.", "RFC 7009 §2.1")
def test_revocation_needs_the_client(build_party: Any) -> None:
    party = build_party(clients={"app": {"secret": "s3cret"}})
    tokens = party.redeem(party.get_code(), client_secret="s3cret")
    for parameters in ({"client_id": None}, {}, {"client_secret": "x"}):
        with pytest.raises(OAuthError, match="client_"):
            party.revoke(tokens.access_token, **parameters)
    assert party.introspect(tokens.access_token, "app", "s3cret")["active"]


def test_revocation_at_google_needs_the_token_alone(build_party: Any) -> None:
    party = build_party(profile="google", clients={"app": {"secret": "s3cret"}})
    token = party.redeem(party.get_code(), client_secret="s3cret").access_token
    with pytest.raises(OAuthError):
        party.revoke(token)
    with pytest.raises(OAuthError):
        party.provider.revoke([("token", token)], BasicCredentials("app", "x"), party.now)
    party.revoke(token, client_id=None)

    assert party.introspect(token, "app", "s3cret") == INACTIVE
