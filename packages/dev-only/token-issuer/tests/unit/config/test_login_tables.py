# DEV-ONLY: never ship to production.
"""Users, clients and scopes in the profiles file and as keyword arguments."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from token_issuer.config.environment import parse_environment
from token_issuer.config.issuers import derive_settings
from token_issuer.config.keywords import parse_keywords
from token_issuer.config.login_tables import DEFAULT_USERS
from token_issuer.errors import SettingsError

pytestmark = pytest.mark.requirement("TI-9", "LG-2")

PAGE: Final = Path(__file__).parents[6] / "docs/reference/settings.md"
GOOD: Final = """
[users.alice]
sub = "110248495921238986420"
groups = ["admin"]

[users."bob@corp.test"]
omit = ["email"]

[clients.app]
secret = "app-secret"
redirect_uris = ["http://localhost:3000/callback", "com.example.app:/callback"]
post_logout_redirect_uris = ["http://localhost:3000/"]
require_pkce = true
claims = { tenant = 5 }

[scopes]
groups = ["groups"]

[issuers.staff]
login = "erin"

[issuers.staff.users.erin]
role = "staff"

[issuers.b2b]
"""


def test_tables_are_read_for_each_issuer(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(GOOD)
    for settings in (
        parse_environment({"TOKEN_ISSUER_PROFILES": str(path)}),
        parse_keywords({"profiles": path}),
    ):
        staff, b2b = (derive_settings(settings, name) for name in ("staff", "b2b"))
        assert list(settings.users) == list(b2b.users) == ["alice", "bob@corp.test"]
        assert staff.users == {"erin": {"role": "staff"}}
        assert (staff.login, b2b.login) == ("erin", None)
        assert list(settings.clients) == list(staff.clients) == ["app"]
        assert settings.scopes == {"groups": ["groups"]}


def test_example_of_the_page_is_valid(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (example,) = (block for block in blocks if "[clients.app]" in block)
    path = tmp_path / "profiles.toml"
    path.write_text(example)

    assert list(parse_keywords({"profiles": path}).users) == ["alice", "erin"]


def test_users_exist_by_default(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text("[clients.app]\n")

    sources: list[dict[str, Any]] = [{}, {"profiles": path}, {"users": {}}]
    for keywords in sources:
        assert parse_keywords(keywords).users == DEFAULT_USERS
    assert parse_keywords({"profiles": path}).clients == {"app": {}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("users = 5", "users: expected tables such as [users.alice]"),
        ("clients = [5]", "clients: expected tables such as [clients.app]"),
        ("scopes = 5", "scopes: expected a table such as [scopes] with groups"),
        ("[users]\nalice = 5", "users.alice: expected a table of claims"),
        ('[users."a b"]', "users.a b: expected a name of letters"),
        ("[users.a]\nemail = 5", "users.a.email: expected text"),
        ('[users.a]\nemail = ""', "users.a.email: expected text"),
        ("[users.a]\nemail_verified = 1", "users.a.email_verified: expected true or false"),
        ("[users.a]\nsub = 5", "users.a.sub: expected 1 to 255 visible ASCII characters"),
        ('[users.a]\naud = "x"', "users.a.aud: is set by the issuer"),
        ("[users.a]\nborn = 2000-01-01", "users.a.born: expected a JSON value"),
        ("[users.a]\nx = nan", "users.a.x: expected a JSON value"),
        ("[users.a]\nomit = [5]", "users.a.omit: expected a list"),
        ('[users.a]\nsub = "b"\n[users.b]', "users.b.sub: a has the same sub"),
        ("[clients.a]\nid = 5", "clients.a.id: unknown; expected secret, redirect_uris"),
        ("[clients.a]\nsecret = 5", "clients.a.secret: expected 1 to 255 visible"),
        ('[clients.a]\nredirect_uris = "x"', "clients.a.redirect_uris: expected a list of URIs"),
        ('[clients.a]\nredirect_uris = ["data:x"]', "clients.a.redirect_uris: entry 1: expected"),
        ('[clients.a]\nredirect_uris = ["http:x"]', "clients.a.redirect_uris: entry 1: expected"),
        ("[clients.a]\nclaims = { sub = 1 }", "clients.a.claims.sub: is set by the issuer"),
        ('[scopes]\n"a b" = ["x"]', "scopes.a b: expected a scope"),
        ('[scopes]\na = "x"', "scopes.a: expected a list of names of claims"),
        ("[issuers.x.users.a]\nemail = 5", "issuers.x.users: the table is wrong: users.a.email"),
        ("[user.a]", "user: unknown; expected tables such as [profiles.staff], [issuers.staff], "),
    ],
)
def test_mistake_is_named_at_the_start(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        parse_environment({"TOKEN_ISSUER_PROFILES": str(path)})

    assert problem in str(caught.value)
    assert len(caught.value.problems) == 1


def test_error_shows_no_secret() -> None:
    clients = {"app": {"secret": "app-secret", "redirect_uris": 5}}
    tables: list[dict[str, Any]] = [
        {"clients": clients},
        {"issuers": {"staff": {"clients": clients}}},
    ]
    for keywords in tables:
        with pytest.raises(SettingsError, match="the table is wrong") as caught:
            parse_keywords(keywords)
        assert "app-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        ({"login": "alcie"}, "login: no user is named 'alcie' (did you mean alice?); known users"),
        ({"login": "alice", "users": {"erin": {}}}, "login: no user is named 'alice'"),
        ({"issuers": {"staff": {"login": "x"}}}, "issuers.staff.login: no user is named 'x'"),
        ({"login": " "}, "login: ' ' is wrong: expected text"),
        ({"users": {f"u{number}": {} for number in range(1001)}}, "users: expected at most 1000"),
        ({"users": {"a": {"x": "y" * 2048}}}, "users.a: expected at most 2048 characters"),
    ],
)
def test_mistake_in_python_is_named(keywords: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_keywords(keywords)

    assert problem in str(caught.value)


def test_login_is_an_environment_variable() -> None:
    assert parse_environment({"TOKEN_ISSUER_LOGIN": "bob"}).login == "bob"


def test_several_workers_log_nobody_in() -> None:
    environ = {"TOKEN_ISSUER_WORKERS": "2", "TOKEN_ISSUER_LOGIN": "bob"}
    with pytest.raises(SettingsError, match="cannot log users in"):
        parse_environment(environ)
    del environ["TOKEN_ISSUER_LOGIN"]

    assert not parse_environment(environ).is_alone
