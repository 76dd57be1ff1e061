# DEV-ONLY: never ship to production.
"""Nothing of one client, issuer or run is worth anything to another one."""

from datetime import timedelta
from typing import Any, Final

import pytest
from jwt_core import SigningKey
from token_issuer.keys.ring import KeyRing, create_ring_key
from token_issuer.keys.rotation_plan import RotationPlan
from token_issuer.keys.service import KeyService
from token_issuer.keys.storage.store import MemoryStore
from token_issuer.keys.stored_keys import StoredKeys
from token_issuer.oauth.client_authentication import BasicCredentials
from token_issuer.oauth.errors import DirectError, OAuthError

ISSUERS: Final[dict[str, Any]] = {"issuers": {"staff": {}}}


def assert_worthless(values: Any, other: Any) -> None:
    """Assert that *other* accepts nothing that *values*, of another provider, has."""
    tokens, code = values.log_in(access_type="offline"), values.get_code()
    page = values.authorize(prompt="login")
    device = values.provider.authorize_device(
        [("client_id", "app")], None, values.now, verification_uri="http://x"
    )
    for text in (code, tokens.access_token, tokens.refresh_token, tokens.id_token, values.cookie):
        with pytest.raises(OAuthError):
            other.redeem(text)
        with pytest.raises(OAuthError):
            other.refresh(text)
        with pytest.raises(OAuthError):
            other.describe_user(text)
        assert other.introspect(text, "app") == {"active": False}
        other.cookie = text
        assert other.respond(prompt="none")["error"] == "login_required"
        other.revoke(text)
    with pytest.raises(DirectError):
        other.choose(page, user="bob")
    with pytest.raises(OAuthError) as caught:
        other.exchange(
            grant_type="urn:ietf:params:oauth:grant-type:device_code",
            device_code=device.device_code,
        )
    assert caught.value.error == "invalid_grant"
    assert values.refresh(tokens.refresh_token), "the other provider has revoked nothing"


@pytest.mark.parametrize("profile", ["plain", "google"])
def test_issuers_of_a_process_do_not_accept_each_others_values(
    build_party: Any, profile: str
) -> None:
    """Even if both have the same ring, and with the profile `google` the same identifier."""
    main = build_party(**ISSUERS, profile=profile)
    staff = build_party("staff", **ISSUERS, profile=profile)
    for party in (main, staff):
        party.log_in()

    assert_worthless(main, staff)
    assert_worthless(staff, main)


def test_values_of_a_run_are_worthless_in_the_next_even_with_the_same_keys(
    build_party: Any,
) -> None:
    first, second = build_party(), build_party()
    for party in (first, second):
        party.log_in()

    assert_worthless(first, second)


def test_ring_of_another_issuer_does_not_sign_for_this_one(
    build_party: Any, second_key: SigningKey, keys: KeyService
) -> None:
    plan = RotationPlan.on_demand(timedelta(minutes=5), timedelta(minutes=15))
    now = keys.clock()
    ring = KeyRing((create_ring_key(second_key, now),), 1)
    other = StoredKeys(MemoryStore(ring), plan=plan, clock=lambda: now)
    main = build_party(**ISSUERS)
    keys.rotate()
    staff = build_party("staff", ring=other, **ISSUERS)

    assert main.log_in().id_token
    hint = staff.log_in().id_token
    assert main.respond(id_token_hint=hint)["error"] == "invalid_request"
    assert staff.seen[-1].parameters["iss"] == "https://issuer.local/staff"


def test_issuers_have_users_clients_and_logins_of_their_own(build_party: Any) -> None:
    tables: dict[str, Any] = {
        "users": {"alice": {}},
        "login": "alice",
        "issuers": {
            "staff": {"users": {"erin": {"role": "x"}}, "clients": {"desk": {}}, "login": "erin"},
            "b2b": {},
        },
    }
    main, staff = build_party(**tables), build_party("staff", **tables)
    b2b = build_party("b2b", **tables)

    assert [user.name for user in staff.provider.users] == ["erin"]
    assert [user.name for user in b2b.provider.users] == ["alice"]
    assert "code" in main.respond()
    with pytest.raises(DirectError, match="no client is named 'app'"):
        staff.respond()
    code = staff.respond(client_id="desk")["code"]
    assert staff.read(staff.redeem(code, client_id="desk").id_token)["role"] == "x"


def test_clients_do_not_accept_each_others_values(build_party: Any) -> None:
    clients = {"app": {"secret": "a-secret"}, "other": {"secret": "b-secret"}, "spa": {}}
    party = build_party(clients=clients)
    party.basic = BasicCredentials("app", "a-secret")
    tokens, code = party.log_in(), party.get_code()
    attackers: list[tuple[Any, dict[str, str]]] = [
        (BasicCredentials("other", "b-secret"), {}),
        (BasicCredentials("app", "b-secret"), {}),
        (None, {"client_id": "spa"}),
        (None, {"client_id": "app"}),
    ]
    for basic, parameters in attackers:
        party.basic = basic
        with pytest.raises(OAuthError):
            party.redeem(code, **parameters)
        with pytest.raises(OAuthError):
            party.refresh(tokens.refresh_token, **parameters)
    party.basic = BasicCredentials("app", "a-secret")

    assert party.redeem(code)
    assert party.refresh(tokens.refresh_token)


def test_id_token_names_the_client_that_logged_in(party: Any) -> None:
    first = party.read(party.log_in().id_token)
    code = party.get_code(client_id="other")
    second = party.read(party.redeem(code, client_id="other").id_token)

    assert [(claims["aud"], claims["azp"]) for claims in (first, second)] == [
        ("app", "app"), ("other", "other")
    ]  # fmt: skip
