# DEV-ONLY: never ship to production.
import re
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from token_issuer.config.environment import parse_environment
from token_issuer.config.profile_file import read_profile_file
from token_issuer.errors import SettingsError

GOOD: Final = """
[profiles.staff]
ttl = "8h"
omit = ["jti"]
claims = { iss = "https://sso.test", groups = ["admin", "dev"], level = 5, deep = { a = true } }

[profiles.workspace]
extends = "google"
claims = { hd = "corp.test", nbf = 5 }

[profiles.gateway]
extends = "iap"
claims = { aud = "/projects/5/apps/x" }

[profiles.curve]
alg = "EdDSA"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "profiles.toml"
    path.write_text(text)
    return path


@pytest.mark.requirement("GO-2")
def test_profiles_are_read(tmp_path: Path) -> None:
    profiles = read_profile_file(write(tmp_path, GOOD)).profiles

    staff, workspace = profiles["staff"], profiles["workspace"]
    assert staff.ttl == timedelta(hours=8)
    assert staff.omit == {"jti"}
    assert staff.claims["deep"] == {"a": True}
    assert (workspace.claims["hd"], workspace.ttl) == ("corp.test", timedelta(hours=1))
    assert workspace.is_id_token
    assert "nbf" not in workspace.omit
    assert workspace.claims["email"] == "dev-user@example.com"
    assert [profiles[name].alg for name in profiles] == ["RS256", "RS256", "ES256", "EdDSA"]
    assert profiles["gateway"].claims["aud"] == "/projects/5/apps/x"
    assert profiles["gateway"].claims["iss"] == "https://cloud.google.com/iap"


@pytest.mark.requirement("GO-2", "TI-9")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nope", "not TOML: "),
        ("x = " + "[" * 100_000, "not TOML: "),
        ("", "profiles: expected at least one table"),
        ("[profile.a]", "profile: unknown; expected tables such as"),
        ("profiles = 5", "profiles: expected tables such as [profiles.staff]"),
        ("[profiles]\na = 5", "profiles.a: expected a table"),
        ("[profiles.google]", 'a built-in profile; choose another name, with extends = "google"'),
        ("[profiles.Staff]", "profiles.Staff: expected a name of lower-case letters"),
        ("[profiles.a]\nclaim = {}", "profiles.a.claim: unknown; expected extends, ttl"),
        ("[profiles.a]\nalg = 5", "profiles.a.alg: expected text"),
        (
            '[profiles.a]\nalg = "HS256"',
            "profiles.a.alg: 'HS256' is not supported; expected one of",
        ),
        (
            '[profiles.a]\nalg = "es256"',
            "profiles.a.alg: 'es256' is not supported; expected one of",
        ),
        ("[profiles.a]\nttl = 5", "profiles.a.ttl: expected text"),
        ('[profiles.a]\nttl = "soon"', "profiles.a.ttl: not a duration"),
        ('[profiles.a]\nttl = "-5m"', "profiles.a.ttl: expected more than zero"),
        ('[profiles.a]\nttl = "99999d"', "at most 100 years"),
        ('[profiles.a]\nextends = "okta"', "profiles.a.extends: no built-in profile is named"),
        ("[profiles.a]\nomit = [5]", "profiles.a.omit: expected names of claims"),
        ("[profiles.a.claims]\nd = 2026-03-01", "profiles.a.claims.d: not a JSON value"),
        ("[profiles.a.claims]\nd = nan", "profiles.a.claims.d: not a JSON value"),
        ("[profiles.a.claims]\nd = [[inf]]", "profiles.a.claims.d: not a JSON value"),
        ("[profiles.a.claims]\niss = 5", "profiles.a.claims.iss: wrong type"),
        ("[profiles.a.claims]\naud = [5]", "profiles.a.claims.aud: wrong type"),
        ('[profiles.a.claims]\nexp = "5m"', "profiles.a.claims.exp: wrong type"),
    ],
)
def test_mistake_is_named_at_the_start(tmp_path: Path, text: str, problem: str) -> None:
    environ = {"TOKEN_ISSUER_PROFILES": str(write(tmp_path, text))}

    with pytest.raises(SettingsError) as caught:
        parse_environment(environ)

    assert problem in str(caught.value)
    assert str(caught.value).startswith("TOKEN_ISSUER_PROFILES: ")


@pytest.mark.requirement("TI-9")
def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "[profiles.google]\nttl = 5\n[profiles.a]\nx = 1\n")

    problems = "; ".join(read_profile_file(path).problems)

    assert re.search(r"built-in.*google\.ttl.*profiles\.a\.x", problems)


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize("data", [None, b"\xff"])
def test_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "profiles.toml"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(
        SettingsError, match=r"TOKEN_ISSUER_PROFILES: .*: (cannot be read|not TOML)"
    ):
        parse_environment({"TOKEN_ISSUER_PROFILES": str(path)})


@pytest.mark.requirement("GO-2")
def test_unknown_profile_is_refused_at_the_start(tmp_path: Path) -> None:
    environ = {"TOKEN_ISSUER_PROFILES": str(write(tmp_path, GOOD)), "TOKEN_ISSUER_PROFILE": "stuff"}

    with pytest.raises(
        SettingsError,
        match=r"no profile is named 'stuff' [(]did you mean staff[?][)]; known profiles: ",
    ):
        parse_environment(environ)
    assert parse_environment({**environ, "TOKEN_ISSUER_PROFILE": "staff"}).profile == "staff"
