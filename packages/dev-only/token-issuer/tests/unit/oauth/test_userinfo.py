# DEV-ONLY: never ship to production.
"""The UserInfo endpoint: OpenID Connect Core §5.3 and RFC 6750."""

from typing import Any

import pytest
from jwt_core import Algorithm, sign
from token_issuer.config.choices import RotationMode
from token_issuer.oauth.errors import MissingTokenError, OAuthError
from token_issuer.tokens.request_parsing import convert_parameters

pytestmark = pytest.mark.requirement("LG-1")


def refuse(party: Any, token: object, error: str = "invalid_token", status: int = 401) -> None:
    with pytest.raises(OAuthError) as caught:
        party.describe_user(token)
    assert (caught.value.error, caught.value.status) == (error, status)


@pytest.mark.must(
    "userinfo",
    "The response has `sub`, the same as the ID token's.",
    "OpenID Connect Core §5.3.2",
    "oidcc-userinfo-get",
)
def test_subject_is_always_there(party: Any) -> None:
    assert party.describe_user(party.log_in().access_token) == {"sub": "alice"}


@pytest.mark.must("userinfo", "Two tokens in one request are an error.", "RFC 6750 §2")
def test_token_is_sent_once(party: Any) -> None:
    token = party.log_in().access_token

    with pytest.raises(MissingTokenError) as caught:
        party.provider.describe_user([], party.now)
    assert caught.value.status == 401
    with pytest.raises(OAuthError) as repeated:
        party.provider.describe_user([token, token], party.now)
    assert (repeated.value.error, repeated.value.status) == ("invalid_request", 400)


def test_access_token_is_described_as_at_google(build_party: Any) -> None:
    party = build_party(profile="google")
    token = party.log_in(scope="openid email").access_token
    sub = party.describe_user(token)["sub"]
    party.wait(seconds=1)
    provider = party.provider

    assert provider.describe_access_token(token, party.now, is_old=False) == {
        "azp": "app", "aud": "app", "sub": sub, "scope": "openid email", "exp": "1772370000",
        "expires_in": "3599", "access_type": "online", "email": "alice@example.com",
        "email_verified": "true",
    }  # fmt: skip
    assert provider.describe_access_token(token, party.now, is_old=True) == {
        "issued_to": "app", "audience": "app", "user_id": sub, "scope": "openid email",
        "expires_in": 3599, "access_type": "online", "email": "alice@example.com",
        "verified_email": True,
    }  # fmt: skip
    provider.users.add("Erin", email="Erin@Corp.test")
    token = party.log_in(
        login_hint="Erin", scope="openid email", access_type="offline"
    ).access_token
    described = provider.describe_access_token(token, party.now, is_old=False)
    assert (described["email"], described["access_type"]) == ("Erin@Corp.test", "offline")
    token = party.log_in(scope="openid").access_token
    assert "email" not in provider.describe_access_token(token, party.now, is_old=True)
    for invalid in ("x", "ya29.dev-only.x"):
        with pytest.raises(OAuthError, match="access_token: expected a valid"):
            provider.describe_access_token(invalid, party.now, is_old=True)


@pytest.mark.must(
    "userinfo", "A token without the scope `openid` is `insufficient_scope`, 403.", "RFC 6750 §3.1"
)
def test_scope_openid_is_needed(party: Any) -> None:
    refuse(party, party.log_in(scope="email").access_token, "insufficient_scope", 403)


@pytest.mark.must(
    "userinfo", "A token that the issuer has not issued is rejected.", "RFC 6750 §3.1"
)
def test_invented_token_is_refused(party: Any) -> None:
    token = str(party.log_in().access_token)
    header, payload, signature = token.split(".")
    for invented in (
        "x", "ya29.x", "a.b.c", f"{header}.{payload}.", f"{header}.{payload}.{signature[:-4]}AAAA",
        token[:-1], f"{token}=", party.read(token)["jti"], "x" * 20_000, "ü",
    ):  # fmt: skip
        refuse(party, invented)


def test_tokens_of_other_kinds_are_refused(party: Any) -> None:
    tokens = party.log_in()
    for other in (tokens.id_token, tokens.refresh_token, party.get_code(), party.cookie):
        refuse(party, other)


@pytest.mark.must(
    "userinfo",
    "A token of `POST /token`, which signs any claims, is not one of a login.",
    "RFC 6750 §3.1",
)
def test_token_that_anybody_may_mint_is_refused(party: Any) -> None:
    """`POST /token` signs what it is asked to, even the claims of a login."""
    claims = party.read(party.log_in(scope="openid email").access_token)
    fields = {"sub": "bob", "scope": "openid email", "client_id": "app"}
    copied = {**claims, "sub": "bob"}
    for request in (fields, {"claims": claims}, {"claims": copied}):
        refuse(party, party.issuer.issue(convert_parameters(request)).access_token)


def test_changed_claims_are_refused_even_if_the_key_has_signed_them(party: Any) -> None:
    """The record of a token belongs to its claims, whatever signs them."""
    claims = party.read(party.log_in(scope="openid email").access_token)
    key, headers = party.issuer.keys.ensure_key(Algorithm.RS256), {"typ": "at+jwt"}
    assert party.describe_user(sign(claims, key, headers=headers))
    changes: list[dict[str, Any]] = [
        {"sub": "bob"}, {"client_id": "x"}, {"scope": "openid"}, {"exp": claims["exp"] + 1},
        {"iss": "https://x.test"}, {"jti": "x"}, {"jti": None}, {"auth_time": 1}, {"aud": "x"},
    ]  # fmt: skip
    for change in changes:
        refuse(party, sign({**claims, **change}, key, headers=headers))
    refuse(party, sign(claims, key))


@pytest.mark.must("userinfo", "An expired token is `invalid_token`.", "RFC 6750 §3.1")
def test_expired_token_is_refused(party: Any) -> None:
    token = party.log_in().access_token
    party.wait(seconds=900)

    refuse(party, token)


def test_token_of_a_key_that_was_removed_is_refused(party: Any) -> None:
    token = party.log_in().access_token
    party.issuer.keys.rotate(RotationMode.EMERGENCY)

    refuse(party, token)


def test_token_of_a_removed_user_is_refused(party: Any) -> None:
    token = party.log_in().access_token
    party.provider.users.remove("alice")

    refuse(party, token)


def test_token_for_a_removed_client_is_refused(build_party: Any) -> None:
    party = build_party(clients={"app": {}, "other": {}})
    token = party.log_in().access_token
    party.provider.clients.remove("app")

    refuse(party, token)


def test_claims_follow_a_change_of_the_user(party: Any) -> None:
    token = party.log_in(scope="openid email").access_token
    party.provider.users.add("alice", email="new@corp.test")

    assert party.describe_user(token)["email"] == "new@corp.test"
