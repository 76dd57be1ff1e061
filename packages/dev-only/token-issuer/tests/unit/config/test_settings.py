# DEV-ONLY: never ship to production.
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from jwt_core import Algorithm
from token_issuer.config.choices import ALGORITHMS, KidStyle
from token_issuer.config.declaration import Setting
from token_issuer.config.keywords import parse_keywords
from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.errors import SettingsError

PAGE: Final = Path(__file__).parents[6] / "docs/reference/settings.md"
HEAD: Final = "| variable | option | in Python | |\n|---|---|---|---|\n"


def render_row(setting: Setting) -> str:
    option = f"`{setting.option}`" if setting.option else ""
    variable = f"`{setting.variable}`" if setting.variable else ""
    return f"| {variable} | {option} | `{setting.name}` | {setting.help} |\n"


@pytest.mark.requirement("TI-9", "OPS-6")
def test_page_lists_the_settings_as_they_are() -> None:
    table = HEAD + "".join(map(render_row, SETTINGS))

    assert table in PAGE.read_text(encoding="utf-8"), f"the table has to be:\n{table}"


@pytest.mark.requirement("TI-9")
def test_names_of_variables_and_options_follow_from_those_of_the_fields() -> None:
    names = {setting.name: (setting.variable, setting.option) for setting in SETTINGS}

    assert names["log_level"] == ("TOKEN_ISSUER_LOG_LEVEL", "--log-level")
    assert names["keys_dir"] == ("PERSIST_KEYS_DIR", "--keys-dir")
    assert names["subject"] == ("TOKEN_ISSUER_SUBJECT", None)


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("port", " (default 8081)"),
        ("ttl", " (default 15m)"),
        ("access_log", " (default false)"),
        ("algorithms", " (default RS256)"),
        ("rotation_factor", " (default 1)"),
        ("host", " (default 127.0.0.1; 0.0.0.0 in a container)"),
        ("cors_origins", " (default: localhost, any port)"),
        ("keys_max_age", " (default: 5m; 6h with the profile google)"),
        ("profiles", "TOML file that defines more profiles and issuers, users, clients and scopes"),
    ],
)
def test_help_ends_with_the_default(name: str, ending: str) -> None:
    help_text = {setting.name: setting.help for setting in SETTINGS}[name]

    assert help_text.endswith(ending)


@pytest.mark.requirement("TI-9")
def test_settings_are_imported_without_any_library(untraced_environ: dict[str, str]) -> None:
    libraries = {"cryptography", "dotenv", "jwt", "jwt_core", "litestar", "msgspec"}
    script = f"import sys, token_issuer.config.environment; print({libraries} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script],
        env=untraced_environ,
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout == "set()\n"


def test_choices_print_as_their_words() -> None:
    assert "kids='hex'" in repr(Settings(kids=KidStyle.HEX))


@pytest.mark.requirement("GO-3", "GO-4")
@pytest.mark.parametrize(
    ("settings", "style", "max_age"),
    [
        (Settings(), "dev-key", timedelta(minutes=5)),
        (Settings(profile="google"), "hex", timedelta(hours=6)),
        (
            Settings(profile="google", kids=KidStyle.THUMBPRINT),
            "thumbprint",
            timedelta(hours=6),
        ),
    ],
)
def test_profile_google_names_keys_and_lets_them_be_cached_like_google(
    settings: Settings, style: str, max_age: timedelta
) -> None:
    assert (settings.kid_style, settings.max_age) == (style, max_age)


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  # as in a container
        ("127.0.0.1.evil.test", False),
        ("::", False),
    ],
)
def test_admin_surface_is_on_by_default_on_loopback_alone(host: str, *, is_loopback: bool) -> None:
    assert Settings(host=host).has_admin is is_loopback
    assert Settings(host=host, admin_token="correct-horse").has_admin


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("text", "host"),
    [("[::1]", "::1"), ("::1", "::1"), ("[fe80::1%lo]", "fe80::1%lo"), (" a.test ", "a.test")],
)
def test_host_is_a_name_or_address_with_or_without_brackets(text: str, host: str) -> None:
    assert parse_keywords({"host": text}).host == host


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    "text",
    [
        "[::1]:8081", "[::1", "::1]", "localhost:8081", "127.0.0.1:0", "http://localhost", "/",
        "[]", "[ ::1 ]", "[localhost]", "[127.0.0.1]", "a b",
    ],
)  # fmt: skip
def test_host_with_a_port_or_stray_brackets_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"host: .* expected a host name or address without a"):
        parse_keywords({"host": text})


@pytest.mark.requirement("TI-9")
def test_several_workers_serve_no_admin_surface() -> None:
    assert not Settings(workers=2).has_admin


@pytest.mark.requirement("TI-9")
def test_listed_algorithms_are_those_that_sign() -> None:
    # Ed25519 is another name of EdDSA (RFC 9864), which Google's endpoints do not use.
    assert (*ALGORITHMS, Algorithm.ED25519) == tuple(Algorithm)


@pytest.mark.requirement("GO-5", "TI-9")
@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        ({"google_project": ""}, "expected a project id in lower case, such as my-project"),
        (
            {"google_project": "My Project"},
            "expected a project id in lower case, such as my-project",
        ),
        ({"google_project": "a" * 63}, "expected a project id in lower case, such as my-project"),
        ({"google_project": 5}, "expected a project id in lower case, such as my-project"),
        ({"google_project_number": "my-project"}, "expected the number of a project"),
        ({"google_project_number": "012"}, "expected the number of a project"),
        ({"google_project_number": True}, "expected the number of a project"),
        ({"google_project_number": -5}, "expected the number of a project"),
        ({"google_account": "app"}, "expected an email address in lower case, such as"),
        ({"google_account": "a@b@c"}, "expected an email address in lower case, such as"),
        ({"google_account": "A@B.test"}, "expected an email address in lower case, such as"),
    ],
)
def test_project_and_account_are_checked(keywords: dict[str, object], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        parse_keywords(keywords)


@pytest.mark.requirement("GO-5", "TI-9")
def test_account_follows_from_the_project() -> None:
    own = {"google_project": "my-project", "google_project_number": 5}
    settings = parse_keywords(own)

    assert settings.default_account == "dev-only@my-project.iam.gserviceaccount.com"
    assert settings.google_project_number == "5"
    assert parse_keywords({"google_account": "a@b.test"}).default_account == "a@b.test"
