# DEV-ONLY: never ship to production.
"""Google's settings: key files of service accounts, workload identity providers."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from token_issuer.config.environment import parse_environment
from token_issuer.config.keywords import parse_keywords
from token_issuer.errors import SettingsError

pytestmark = pytest.mark.requirement("GO-5", "TI-9")

PAGE: Final = Path(__file__).parents[6] / "docs/reference/settings.md"
PROVIDER: Final = (
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q"
)


@pytest.mark.parametrize(
    "value", ["a.json, keys ,", ["a.json", "keys"], (Path("a.json"), Path("keys"))]
)
def test_key_files_are_paths(value: object) -> None:
    settings = parse_keywords({"service_accounts": value})

    assert settings.service_accounts == (Path("a.json"), Path("keys"))


@pytest.mark.parametrize("value", [5, {"a": 1}, [5], ["~/key.json"]])
def test_other_key_files_are_mistakes(value: object) -> None:
    with pytest.raises(SettingsError, match="service_accounts: "):
        parse_keywords({"service_accounts": value})


def test_example_of_the_page_is_a_profiles_file(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    text = next(block for block in blocks if "workload_identity" in block)
    path = tmp_path / "profiles.toml"
    path.write_text(text)

    settings = parse_environment({"TOKEN_ISSUER_PROFILES": str(path)})

    assert [table["issuer"] for table in settings.workload_identity.values()] == [
        "staff", "https://other.example.test",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ([], "expected tables such as"),
        ({"staff": {"issuer": "x"}}, "expected the full name of a provider"),
        ({f"https:{PROVIDER}": {"issuer": "x"}}, "expected the full name of a provider"),
        ({PROVIDER: []}, "expected a table"),
        ({PROVIDER: {}}, r"\.issuer: missing"),
        ({PROVIDER: {"issuer": ""}}, r"\.issuer: expected"),
        ({PROVIDER: {"issuer": 5}}, r"\.issuer: expected"),
        ({PROVIDER: {"issuer": "x" * 2049}}, r"\.issuer: expected"),
        ({PROVIDER: {"issuer": "x", "jwks_url": "ftp://x"}}, r"\.jwks_url: expected a URL"),
        ({PROVIDER: {"issuer": "x", "jwks_url": None}}, r"\.jwks_url: expected a URL"),
        ({PROVIDER: {"issuer": "x", "audiences": []}}, r"\.audiences: expected a list"),
        ({PROVIDER: {"issuer": "x", "audiences": "y"}}, r"\.audiences: expected a list"),
        ({PROVIDER: {"issuer": "x", "audiences": ["y"] * 21}}, r"\.audiences: expected a list"),
        ({PROVIDER: {"issuer": "x", "audiences": [""]}}, r"\.audiences: expected a list"),
        ({PROVIDER: {"issuer": "x", "jwks": "y"}}, r"\.jwks: unknown; expected issuer"),
        ({f"{PROVIDER}{n}": {"issuer": "x"} for n in range(101)}, "expected at most 100"),
    ],
)
def test_mistake_in_a_table_is_reported(tables: Any, problem: str) -> None:
    with pytest.raises(SettingsError, match=f"workload_identity.*{problem}"):
        parse_keywords({"workload_identity": tables})


def test_several_workers_give_no_tokens_to_machines(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text(f'[workload_identity."{PROVIDER}"]\nissuer = "https://x.test"\n')
    for name, value in (("SERVICE_ACCOUNTS", "key.json"), ("PROFILES", str(profiles))):
        environ = {"TOKEN_ISSUER_WORKERS": "2", f"TOKEN_ISSUER_{name}": value}
        with pytest.raises(SettingsError, match=r"TOKEN_ISSUER_WORKERS: .*tokens to machines"):
            parse_environment(environ)
