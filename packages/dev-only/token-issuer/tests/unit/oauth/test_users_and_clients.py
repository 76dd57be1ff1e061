# DEV-ONLY: never ship to production.
"""Registries of users and clients."""

from typing import Any

import pytest
from token_issuer.config.login_tables import DEFAULT_USERS
from token_issuer.errors import InvalidInputError
from token_issuer.oauth.clients import Clients
from token_issuer.oauth.users import Users


def test_three_users_exist_by_default() -> None:
    alice, bob, carol = Users(DEFAULT_USERS)

    assert (alice.name, alice.sub, bob.email) == ("alice", "alice", "bob@example.com")
    assert dict(alice.claims) == {
        "name": "Alice",
        "given_name": "Alice",
        "preferred_username": "alice",
        "email": "alice@example.com",
        "email_verified": True,
    }
    assert carol.claims["email_verified"] is False


def test_claims_of_a_table_override_and_omit_defaults() -> None:
    users = Users({"e.x@corp.test": {"sub": "5", "name": "E", "omit": ["given_name", "picture"]}})
    (user,) = users

    assert (user.sub, user.claims["name"], user.email) == ("5", "E", "e.x@corp.test")
    assert "given_name" not in user.claims
    for hint in ("e.x@corp.test", "5", "E.X@corp.test"):
        assert users.find(hint) == user
    assert users.find("e.x") is None


def test_user_without_an_email_address_is_found_by_name() -> None:
    users = Users({"alice": {"omit": ["email", "email_verified"]}})

    assert users.find("x@y.z") is None
    assert users.require("alice").email is None


def test_users_are_added_replaced_removed_and_restored() -> None:
    users = Users(DEFAULT_USERS)
    users.add("erin", groups=["a"], name="E. Doe")
    assert users.require("erin").claims["name"] == "E. Doe"
    users.add("bob", sub="5")
    users.remove("alice")
    assert [user.name for user in users] == ["bob", "carol", "erin"]
    assert users.require("bob").sub == "5"
    users.reset()
    assert [user.name for user in users] == ["alice", "bob", "carol"]


@pytest.mark.parametrize(
    ("name", "claims", "problem"),
    [
        ("", {}, r"users\.: expected a name of letters"),
        ("a b", {}, "expected a name"),
        ("x" * 255, {}, "expected a name"),
        ("erin", {"sub": ""}, r"users\.erin\.sub: expected 1 to 255 visible"),
        ("erin", {"sub": "x" * 256}, "expected 1 to 255"),
        ("erin", {"sub": "alice"}, "sub: another user has the same sub"),
        ("erin", {"iss": "x"}, r"users\.erin\.iss: is set by the issuer"),
        ("erin", {"email": 5}, r"users\.erin\.email: expected text"),
        ("erin", {"email_verified": "yes"}, "email_verified: expected true or false"),
        ("erin", {"omit": "email"}, "omit: expected a list"),
        ("erin", {"omit": ["emial"]}, "omit: expected a list of default claims: name, "),
        ("erin", {"x": object()}, "x: expected a JSON value other than null"),
        ("erin", {"x": "y" * 2048}, "at most 2048 characters"),
    ],
)
def test_mistake_in_a_user_is_named(name: str, claims: dict[str, Any], problem: str) -> None:
    users = Users(DEFAULT_USERS)
    with pytest.raises(InvalidInputError, match=problem):
        users.add(name, **claims)

    assert len(list(users)) == 3


def test_unknown_user_is_named_with_a_suggestion() -> None:
    with pytest.raises(InvalidInputError, match=r"'alcie' \(did you mean alice\?\); known users"):
        Users(DEFAULT_USERS).remove("alcie")


def test_users_and_clients_are_bounded() -> None:
    users, clients = Users({}), Clients({})
    for number in range(1000):
        users.add(f"u{number}")
        clients.add(f"c{number}")
    with pytest.raises(InvalidInputError, match="users: expected at most 1000"):
        users.add("x")
    with pytest.raises(InvalidInputError, match="clients: expected at most 1000"):
        clients.add("x")
    users.add("u5", role="x")
    clients.add("c5", secret="x")


def test_user_of_another_account_is_not_confused_with_a_known_one() -> None:
    users = Users(DEFAULT_USERS)
    zoe = users.find_or_derive("zoe")
    assert not zoe.is_known
    assert users.find_or_derive(" alice@example.com ").name == "alice"
    assert users.resolve("zoe", "zoe", is_known=False) == zoe
    assert users.resolve("zoe", "zoe", is_known=True) is None
    assert users.resolve("zoe", "other", is_known=False) is None
    users.add("somebody", sub="zoe")
    assert users.resolve("zoe", "zoe", is_known=False) is None


def test_subjects_of_google_are_numbers_and_stay_the_same() -> None:
    first, second = (list(Users(DEFAULT_USERS, is_google=True)) for _ in range(2))

    assert [user.sub for user in first] == [user.sub for user in second]
    assert len({user.sub for user in first}) == 3
    assert all(user.sub.isdigit() and len(user.sub) == 21 for user in first)
    assert "preferred_username" not in first[0].claims


def test_workspace_follows_from_a_verified_address() -> None:
    tables: dict[str, Any] = {
        "a": {}, "b": {"email": "b@gmail.com"}, "c": {"hd": "corp.test"},
        "d": {"email_verified": False},
    }  # fmt: skip
    domains = [user.claims.get("hd") for user in Users(tables, is_google=True)]

    assert domains == ["example.com", None, "corp.test", None]


def test_any_client_id_is_a_client_until_one_is_declared() -> None:
    clients = Clients({})
    assert clients.find("any") is not None
    for invalid in ("", "a b", "x" * 256, "ü"):
        assert clients.find(invalid) is None
    clients.add("app", secret="s", redirect_uris=["https://a.test/"])
    assert clients.find("any") is None
    client = clients.find("app")
    assert client is not None
    assert client.redirect_uris == ("https://a.test/",)
    assert "'s'" not in repr(client)
    assert "did you mean app" in clients.describe_unknown("apq")
    with pytest.raises(InvalidInputError, match="no client is named 'x'"):
        clients.remove("x")
    clients.remove("app")
    assert list(clients) == []


def test_reset_restores_users_and_clients(build_party: Any) -> None:
    provider = build_party(clients={"app": {}}).provider
    provider.clients.add("other")
    provider.clients.remove("app")
    provider.users.add("erin")
    provider.reset()

    assert [client.client_id for client in provider.clients] == ["app"]
    assert [user.name for user in provider.users] == ["alice", "bob", "carol"]


@pytest.mark.parametrize(
    ("client_id", "fields", "problem"),
    [
        ("", {}, "expected a client id"),
        ("app", {"secrt": "x"}, r"clients\.app\.secrt: unknown; expected secret"),
        ("app", {"secret": ""}, r"clients\.app\.secret: expected 1 to 255 visible"),
        ("app", {"redirect_uris": "https://a.test"}, "redirect_uris: expected a list of URIs"),
        ("app", {"redirect_uris": ["/cb"]}, "entry 1: expected an absolute URI"),
        ("app", {"redirect_uris": ["javascript:alert(1)"]}, "entry 1: expected an absolute URI"),
        ("app", {"redirect_uris": ["https://a.test/#x"]}, "entry 1: expected an absolute URI"),
        ("app", {"redirect_uris": ["https://u:p@a.test/"]}, "entry 1: expected an absolute URI"),
        ("app", {"redirect_uris": ["https:///a"]}, "entry 1: expected an absolute URI"),
        (
            "app",
            {"redirect_uris": ["https://a.test/*", "https://*.a.test/"]},
            "redirect_uris: entry 2",
        ),
        ("app", {"redirect_uris": ["http://[/"]}, "entry 1: expected an absolute URI"),
        ("app", {"require_pkce": "yes"}, "require_pkce: expected true or false"),
        ("app", {"claims": 5}, "claims: expected a table"),
        ("app", {"claims": {"aud": "x"}}, r"claims\.aud: is set by the issuer"),
    ],
)
def test_mistake_in_a_client_is_named(client_id: str, fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        Clients({}).add(client_id, **fields)
