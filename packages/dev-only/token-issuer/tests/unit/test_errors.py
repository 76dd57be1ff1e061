# DEV-ONLY: never ship to production.
import re

import pytest
from token_issuer.errors import TokenRequestError, suggest_names


@pytest.mark.requirement("TI-4")
def test_description_holds_only_characters_of_rfc_6749() -> None:
    error = TokenRequestError('a "quoted" \\ back\nslash é \ud800', "sub")

    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", str(error))
    assert str(error) == "a 'quoted' ? back?slash ? ?"


def test_description_is_cut_when_endless() -> None:
    assert len(str(TokenRequestError("x" * 100_000, "sub"))) <= 600


@pytest.mark.parametrize(
    ("name", "known", "suggestion"),
    [
        ("rs256", ["PS256", "RS256", "ES256"], " (did you mean RS256?)"),
        ("RS265", ["PS256", "RS256", "ES256"], " (did you mean RS256?)"),
        ("audienc", ["admin", "audience"], " (did you mean audience?)"),
        ("stats", ["stale", "status"], " (did you mean status?)"),
        ("devkey", ["dev-key", "dev-key-2"], " (did you mean dev-key or dev-key-2?)"),
        ("mode", ["mode"], ""),
        ("mode", ["mode", "node"], " (did you mean node?)"),
        ("zzz", ["mode"], ""),
        ("x", [], ""),
    ],
)
def test_only_the_closest_names_are_suggested(name: str, known: list[str], suggestion: str) -> None:
    assert suggest_names(name, known) == suggestion


@pytest.mark.parametrize("option", ["--prot", "prot", "PROT"])
def test_prefix_of_all_names_does_not_count_as_a_resemblance(option: str) -> None:
    known = ["--port", "--host", "--ttl", "--workers"]

    assert suggest_names(option, known, prefix="--") == " (did you mean --port?)"
