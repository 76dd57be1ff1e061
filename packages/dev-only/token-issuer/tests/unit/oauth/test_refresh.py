# DEV-ONLY: never ship to production.
"""Refresh tokens: for one client, once, with a scope that is not wider."""

from typing import Any

import pytest
from token_issuer.config.choices import RotationMode
from token_issuer.oauth.errors import OAuthError

pytestmark = pytest.mark.requirement("LG-1")


def refuse(party: Any, token: object, error: str = "invalid_grant", **parameters: Any) -> str:
    with pytest.raises(OAuthError) as caught:
        party.refresh(token, **parameters)
    assert caught.value.error == error
    return str(caught.value)


@pytest.mark.must(
    "refresh",
    "A new ID token keeps `iss`, `sub`, `aud`, `azp` and `auth_time`, and has no `nonce`.",
    "OpenID Connect Core §12.2",
    "oidcc-refresh-token",
)
def test_refresh_keeps_issuer_subject_audience_and_time_of_the_login(party: Any) -> None:
    first = party.log_in(scope="openid email", nonce="n")
    party.wait(hours=2)
    second = party.refresh(first.refresh_token)
    before, after = party.read(first.id_token), party.read(second.id_token)

    for name in ("iss", "sub", "aud", "azp", "auth_time", "email"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 7200
    assert "nonce" not in after
    assert (second.scope, second.expires_in) == ("openid email", 900)
    assert party.describe_user(second.access_token)["email"] == "alice@example.com"


@pytest.mark.must(
    "refresh",
    "A refresh token is accepted once; its reuse revokes all tokens of the login. (The profile "
    "`google` does not rotate them.)",
    "RFC 9700 §4.14.2",
)
def test_refresh_token_is_good_once_and_reuse_ends_the_family(party: Any) -> None:
    first = party.log_in()
    second = party.refresh(first.refresh_token)
    third = party.refresh(second.refresh_token)

    assert "all tokens of the login are now revoked" in refuse(party, first.refresh_token)
    assert "is revoked" in refuse(party, third.refresh_token)
    for tokens in (first, second, third):
        assert party.introspect(tokens.access_token) == {"active": False}


def test_reuse_ends_no_other_login(party: Any) -> None:
    first, other = party.log_in(), party.log_in()
    party.refresh(first.refresh_token)
    refuse(party, first.refresh_token)

    assert party.refresh(other.refresh_token)


@pytest.mark.must(
    "refresh", "A refresh token is bound to its client.", "RFC 6749 §6", "oidcc-refresh-token"
)
def test_refresh_token_is_bound_to_its_client(party: Any) -> None:
    token = party.log_in().refresh_token
    refuse(party, token, client_id="other")

    assert party.refresh(token)


def test_scope_may_be_narrower_for_one_token(party: Any) -> None:
    tokens = party.refresh(
        party.log_in(scope="openid email profile").refresh_token, scope="openid email"
    )
    claims = party.read(tokens.id_token)

    assert tokens.scope == "openid email"
    assert claims["email"] == "alice@example.com"
    assert "name" not in claims
    assert "name" not in party.describe_user(tokens.access_token)
    assert party.refresh(tokens.refresh_token).scope == "openid email profile"


@pytest.mark.must("refresh", "The scope is not wider than the granted one.", "RFC 6749 §6")
def test_scope_is_never_wider(party: Any) -> None:
    token = party.log_in(scope="openid email").refresh_token

    assert "was not granted" in refuse(party, token, "invalid_scope", scope="openid profile")
    assert party.refresh(token), "a wrong scope does not use the token"


def test_without_openid_there_is_no_id_token(party: Any) -> None:
    tokens = party.log_in(scope="email")

    assert not isinstance(tokens.id_token, str)
    assert not isinstance(party.refresh(tokens.refresh_token).id_token, str)
    assert not isinstance(party.log_in(scope=None).scope, str)


def test_refresh_token_expires(party: Any) -> None:
    token = party.log_in().refresh_token
    party.wait(days=30)

    assert "has expired" in refuse(party, token)


def test_refresh_token_of_a_removed_user_is_refused(party: Any) -> None:
    token = party.log_in().refresh_token
    party.provider.users.add("alice", sub="another-person")

    assert "its user has been removed" in refuse(party, token)


def test_refresh_follows_a_change_of_the_user(party: Any) -> None:
    token = party.log_in(scope="openid").refresh_token
    party.provider.users.add("alice", groups=["admin"])

    assert party.read(party.refresh(token).id_token)["groups"] == ["admin"]


@pytest.mark.parametrize("kind", ["access_token", "id_token"])
def test_other_tokens_are_no_refresh_tokens(party: Any, kind: str) -> None:
    refuse(party, getattr(party.log_in(), kind))
    refuse(party, party.get_code())
    refuse(party, party.cookie)


def test_refresh_survives_the_rotation_of_keys(party: Any) -> None:
    token = party.log_in().refresh_token
    party.issuer.keys.rotate(RotationMode.EMERGENCY)

    assert party.read_header(party.refresh(token).id_token)["kid"] == "dev-key-3"
