# DEV-ONLY: never ship to production.
"""The names that the package offers, at run time and to type checkers."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import token_issuer
from token_issuer import testing

SOURCE: Final = Path(token_issuer.__file__).parent
LOADED: Final = """
import sys, token_issuer
heavy = {"cryptography", "jwt_core", "litestar", "msgspec", "uvicorn", "token_issuer.testing"}
assert {"RunningIssuer", "run_token_issuer"} <= set(dir(token_issuer))
assert not heavy & set(sys.modules), heavy & set(sys.modules)
from token_issuer import run_token_issuer
assert not {"litestar", "uvicorn"} & set(sys.modules)
assert "token_issuer.testing" in sys.modules
"""
SNIPPET: Final = """\
from datetime import timedelta
from token_issuer import RunningIssuer, run_token_issuer

with run_token_issuer(audience="a", ttl=timedelta(hours=1), keys_max_age="5m") as issuer:
    running: RunningIssuer = issuer
run_token_issuer(audienc="a")
run_token_issuer(ttl=5)
from token_issuer import run_token_isuer
"""


@pytest.mark.requirement("TI-7")
def test_package_loads_nothing_before_a_name_is_used(untraced_environ: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOADED],
        env=untraced_environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr


def test_names_are_those_of_the_module_that_defines_them() -> None:
    assert token_issuer.__all__ == sorted(token_issuer.__all__)
    assert token_issuer.run_token_issuer is testing.run_token_issuer
    assert token_issuer.RunningIssuer is testing.RunningIssuer
    with pytest.raises(AttributeError, match="module 'token_issuer' has no attribute 'other'"):
        _ = token_issuer.other  # type: ignore[attr-defined]  # the mistake of the test


@pytest.mark.requirement("TI-7")
def test_type_checker_finds_a_misspelt_setting(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET)
    # Only the modules that declare the names are read: all others would take a minute.
    read = [f"{SOURCE}/{name}" for name in ("__init__.py", "testing.py", "config/keywords.py")]
    mypy = [sys.executable, "-m", "mypy", "--follow-imports=skip", "--no-error-summary"]
    result = subprocess.run(
        [*mypy, "--cache-dir", f"{tmp_path}/cache", "snippet.py", *read],
        cwd=tmp_path,
        env={"MYPYPATH": str(SOURCE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in result.stdout.splitlines() if ": error: " in line]

    assert [line.split(":")[1] for line in errors] == ["6", "7", "8"], result.stdout
    assert 'Unexpected keyword argument "audienc"' in errors[0]
    assert 'did you mean "audience"?' in errors[0]
    assert 'Argument "ttl"' in errors[1]
    assert 'has no attribute "run_token_isuer"' in errors[2]
