# DEV-ONLY: never ship to production.
"""Tables of further issuers, and the settings that follow from them."""

import os
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from token_issuer.config.environment import parse_environment
from token_issuer.config.issuers import derive_settings, resolve_issuer
from token_issuer.config.keywords import parse_keywords
from token_issuer.config.settings import Settings
from token_issuer.errors import SettingsError
from token_issuer.google.providers import Providers
from token_issuer.issuers.factory import build_issuers
from token_issuer.paths import TOP_LEVEL_NAMES
from token_issuer.web.app import create_app

pytestmark = pytest.mark.requirement("TI-9")

URL: Final = "http://127.0.0.1:8081"
GOOD: Final = """
[profiles.employees]
claims = { groups = ["dev"] }

[issuers.staff]
profile = "employees"
audience = "staff-api"
ttl = "90s"

[issuers.b2b_2]
"""


def derive(name: str = "staff", **keywords: Any) -> Settings:
    keywords.setdefault("issuers", {name: {}})
    return derive_settings(parse_keywords(keywords), name)


def test_profiles_file_declares_issuers(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(GOOD)
    for settings in (
        parse_environment({"TOKEN_ISSUER_PROFILES": str(path)}),
        parse_keywords({"profiles": path}),
    ):
        assert list(settings.issuers) == ["staff", "b2b_2"]
        staff, b2b = (derive_settings(settings, name) for name in settings.issuers)
        assert (staff.profile, staff.audience, staff.ttl) == (
            "employees", "staff-api", timedelta(seconds=90)
        )  # fmt: skip
        assert (b2b.profile, b2b.audience) == (settings.profile, settings.audience)
        assert staff.profiles == settings.profiles
        assert staff.explicit >= {"audience", "ttl"}


def test_keywords_may_declare_issuers_beside_the_profiles_file(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(GOOD)

    settings = parse_keywords({"profiles": path, "issuers": {"other": {"profile": "employees"}}})

    assert list(settings.issuers) == ["other"]


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ([], "issuers: [] is wrong: expected a mapping of names to tables"),
        ("staff", "issuers: 'staff' is wrong: expected a mapping"),
        ({"staff": 5}, "issuers.staff: expected a table"),
        ({"Staff": {}}, "issuers.Staff: expected a name of lower-case letters"),
        ({"": {}}, "issuers.: expected a name"),
        ({5: {}}, "issuers.5: expected a name"),
        ({"a/b": {}}, "issuers.a/b: expected a name"),
        ({"..": {}}, "issuers...: expected a name"),
        ({"x" * 64: {}}, "expected a name"),
        ({"token": {}}, "issuers.token: /token is a path of the main issuer"),
        ({"oauth2": {}}, "/oauth2 is a path of the main issuer"),
        (
            {"staff": {"audiance": "x"}},
            "staff.audiance: unknown setting (did you mean audience?)",
        ),
        ({"staff": {"port": 5}}, "issuers.staff.port: unknown setting"),
        ({"staff": {"admin_token": "12345678"}}, "issuers.staff.admin_token: unknown setting"),
        ({"staff": {"ttl": "soon"}}, "issuers.staff.ttl: 'soon' is wrong: not a duration"),
        ({"staff": {"ttl": 5}}, "issuers.staff.ttl: 5 is wrong"),
        ({"staff": {"algorithms": ["RS257"]}}, "issuers.staff.algorithms: "),
        ({"staff": {"issuer": " "}}, "issuers.staff.issuer: ' ' is wrong"),
        ({"staff": {"profile": "okta"}}, "issuers.staff.profile: "),
    ],
)
def test_mistakes_name_table_and_setting(tables: object, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_keywords({"issuers": tables})

    assert len(caught.value.problems) == 1
    assert problem in caught.value.problems[0]


def test_all_mistakes_are_reported_once(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text('[issuers.Staff]\nttl = "soon"\n[profiles.a]\nttl = 5\n[typo]\n')

    with pytest.raises(SettingsError) as caught:
        parse_environment({"TOKEN_ISSUER_PROFILES": str(path)})

    profiles, name, ttl = caught.value.problems
    assert profiles.startswith("TOKEN_ISSUER_PROFILES: ")
    assert "typo: unknown" in profiles
    assert "profiles.a.ttl: expected text" in profiles
    assert name.startswith("issuers.Staff: expected a name")
    assert ttl.startswith("issuers.Staff.ttl: 'soon' is wrong")


def test_unreadable_file_is_reported_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_environment({"TOKEN_ISSUER_PROFILES": str(tmp_path / "nothing.toml")})

    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(("own", "is_wrong"), [("", True), ('keys_dir = "/keys"', False)])
def test_rotation_with_workers_needs_a_directory_for_each_issuer(
    tmp_path: Path, own: str, *, is_wrong: bool
) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(f'[issuers.staff]\nrotation = "google"\n{own}\n')
    environ = {"TOKEN_ISSUER_WORKERS": "2", "TOKEN_ISSUER_PROFILES": str(path)}

    with (
        pytest.raises(SettingsError, match="rotate keys only together")
        if is_wrong
        else nullcontext()
    ):
        parse_environment(environ)


@pytest.mark.parametrize(
    ("keywords", "issuer"),
    [
        ({}, "https://issuer.local/staff"),
        ({"issuer": "https://id.test/"}, "https://id.test/staff"),
        ({"issuer": "self"}, "self"),
        ({"issuers": {"staff": {"issuer": "https://staff.test"}}}, "https://staff.test"),
        ({"issuers": {"staff": {"issuer": "self"}}}, "self"),
    ],
)
def test_identifier_follows_from_the_name(keywords: dict[str, Any], issuer: str) -> None:
    assert derive(**keywords).issuer == issuer


def test_urls_and_key_directory_follow_from_the_name() -> None:
    bare = derive()
    assert (bare.public_url, bare.verifier_url, bare.browser_url, bare.keys_dir) == (None,) * 4
    staff = derive(
        public_url="http://issuer:8081/", verifier_url="http://v", browser_url="http://b/x/",
        keys_dir="/keys",
    )  # fmt: skip
    assert (staff.public_url, staff.verifier_url) == ("http://issuer:8081/staff", "http://v/staff")
    assert staff.browser_url == "http://b/x/staff"
    assert staff.keys_dir == Path("/keys/staff")


@pytest.mark.parametrize(
    ("keywords", "issuer"),
    [
        ({}, "https://issuer.local"),
        ({"issuer": "self"}, URL),
        ({"issuer": "self", "public_url": "http://issuer:8081/"}, "http://issuer:8081"),
        ({"issuer": "SELF"}, "SELF"),
        ({"issuer": "https://self"}, "https://self"),
    ],
)
def test_self_stands_for_the_own_url(keywords: dict[str, Any], issuer: str) -> None:
    assert resolve_issuer(parse_keywords(keywords), URL).issuer == issuer


def test_name_of_a_path_is_rejected() -> None:
    settings = Settings()
    app = create_app(settings, Providers(build_issuers(settings)))
    served = {route.path.split("/")[1] for route in app.routes}

    assert served == TOP_LEVEL_NAMES
    for name in served:
        with pytest.raises(SettingsError, match=f"issuers.{name}"):
            parse_keywords({"issuers": {name: {}}})


@pytest.mark.parametrize(
    ("tables", "first"),
    [
        ({"staff": {"keys_dir": "/keys"}}, "keys_dir"),
        ({"staff": {"keys_dir": "/keys/x/.."}}, "keys_dir"),
        ({"staff": {"keys_dir": "/keys/b2b"}, "b2b": {}}, "issuers.staff.keys_dir"),
    ],
)
def test_issuers_may_not_share_a_key_directory(tables: dict[str, Any], first: str) -> None:
    with pytest.raises(SettingsError, match=f"also the directory of {first}; give each issuer"):
        parse_keywords({"keys_dir": "/keys", "issuers": tables})


def test_issuers_without_a_key_directory_share_none() -> None:
    parse_keywords({"issuers": {"staff": {}, "b2b": {"keys_dir": "/keys"}}})


@pytest.mark.parametrize(
    "text",
    [r'[issuers."a\nb\u001b[0m"]', r'issuers = { a = { "x\ny" = 1 } }', r'[profiles."a\u2028b"]'],
)
def test_mistakes_have_one_line_each_without_control_characters(tmp_path: Path, text: str) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(text)

    with pytest.raises(SettingsError) as caught:
        parse_keywords({"profiles": path})

    assert all(problem.isprintable() for problem in caught.value.problems)


def test_profiles_file_may_be_a_pipe() -> None:
    reader, writer = os.pipe()
    os.write(writer, GOOD.encode())
    os.close(writer)
    settings = parse_environment({"TOKEN_ISSUER_PROFILES": f"/dev/fd/{reader}"})
    os.close(reader)

    assert "employees" in settings.profiles
    assert list(settings.issuers) == ["staff", "b2b_2"]
