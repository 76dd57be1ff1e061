"""Env files."""

import json
import os
import re
from pathlib import Path
from typing import Any, Final

import pytest
from proxy_guard.env_file import parsing as envfile
from proxy_guard.env_file.parsing import (
    MAX_ENV_FILE_BYTES,
    MAX_STATEMENTS,
    merge_env_file,
    read_env_file,
)
from proxy_guard.errors import ConflictingVariableError, EnvFileError

pytestmark = pytest.mark.requirement("PG-4")

TABLE: Final = json.loads(
    (Path(__file__).parent.parent / "data/env_files.json").read_text(encoding="utf-8")
)
"""Files with the values that Compose reads (null: an error), and why the guard refuses them."""
ENVIRON: Final[dict[str, str]] = TABLE["environ"]
FILES: Final[dict[str, dict[str, Any]]] = TABLE["files"]


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / "proxy.env"


@pytest.mark.parametrize("case", FILES.values(), ids=FILES.keys())
def test_file_is_read_as_compose_reads_it_or_refused(env_file: Path, case: dict[str, Any]) -> None:
    env_file.write_bytes(case["file"].encode())
    expected = case["compose"]

    if expected is None or "refused" in case:
        with pytest.raises(EnvFileError, match=re.escape(case.get("refused", ", line "))):
            read_env_file(env_file, ENVIRON)
    else:
        # Compose reads a bare name in the last line as the value of a variable without a name.
        assert read_env_file(env_file, ENVIRON) == {n: v for n, v in expected.items() if n}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hunter2 hunter2", "expected NAME=value"),
        ("=hunter2", "expected NAME=value"),
        ("1A=hunter2", "expected NAME=value"),
        ("\xc4=hunter2", "expected NAME=value"),
        ("export", "expected NAME=value"),
        ("A='hunter2", "closing ' is missing"),
        ('A="hunter2', 'closing " is missing'),
        ('A="hunter2\\"', 'closing " is missing'),
        ('A="hunter2\\', 'closing " is missing'),
        ("A='x' hunter2", "text follows the closing '"),
        ("A=hunter2\0", "NUL"),
        ("A=${hunter2", "invalid reference"),
        ("A=${hunter2!}", "invalid reference"),
        ("A=${B:?hunter2}", "requires B, which has no value"),
        ("A=" + "${B:-" * 7 + "hunter2" + "}" * 7, "nested more than 5 times"),
        ("JWT_PUBLIC_KEY=$hunter2", "JWT_PUBLIC_KEY refers to another variable with $"),
        ("ENV:hunter2", "write ENV=value"),
        ("A='hunter2\n \tENV=hunter2'", "contains the line ENV="),
        ('A="hunter2\r\nJWT_JWKS_URI=hunter2"', "contains the line JWT_JWKS_URI="),
    ],
)
def test_error_names_file_and_line_but_no_value(env_file: Path, line: str, reason: str) -> None:
    end = "" if line == "export" else "\n"
    env_file.write_bytes(f"# first\n{line}{end}".replace("export", "export\t").encode())

    with pytest.raises(EnvFileError) as caught:
        read_env_file(env_file, {})

    assert str(caught.value).startswith(f"env file {env_file}, line 2: ")
    assert reason in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert (caught.value.path, caught.value.line) == (env_file, 2)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("A=" + "x" * MAX_ENV_FILE_BYTES, "is larger than 128 KiB"),
        ("A=\n" * (MAX_STATEMENTS + 1), f"more than {MAX_STATEMENTS} variables"),
        ("A=xxxxxxxx\n" + "A=$A$A\n" * 60, "more than 1048576 characters"),
    ],
)
def test_file_above_a_limit_is_refused(env_file: Path, content: str, reason: str) -> None:
    env_file.write_text(content)

    with pytest.raises(EnvFileError, match=reason):
        read_env_file(env_file, {})


def test_largest_file_is_read(env_file: Path) -> None:
    env_file.write_text("A=".ljust(MAX_ENV_FILE_BYTES, "x"))

    assert len(read_env_file(env_file, {})["A"]) == MAX_ENV_FILE_BYTES - 2


def test_only_a_regular_file_is_opened(env_file: Path, tmp_path: Path) -> None:
    os.mkfifo(env_file)

    for path in (env_file, tmp_path, Path("/dev/zero")):
        with pytest.raises(EnvFileError, match="is not a regular file"):
            read_env_file(path, {})


def test_link_to_a_file_is_followed(env_file: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("A=b\n")
    env_file.symlink_to("secret")

    assert read_env_file(env_file, {}) == {"A": "b"}


def test_windows_ignores_the_case_of_a_name(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("node_env=production\n")
    assert read_env_file(env_file, {}) == {"node_env": "production"}

    monkeypatch.setattr(envfile, "IGNORES_CASE", True)

    assert read_env_file(env_file, {}) == {"NODE_ENV": "production"}


def test_error_names_the_file_when_it_cannot_be_read(env_file: Path) -> None:
    with pytest.raises(EnvFileError, match="cannot be read: No such file or directory") as caught:
        read_env_file(env_file, {})
    assert caught.value.line is None

    env_file.write_bytes(b"A=\xff")
    with pytest.raises(EnvFileError, match="is not UTF-8 text"):
        read_env_file(env_file, {})


def test_file_overrides_the_environment(env_file: Path) -> None:
    env_file.write_text("A=file\nHOME\nB=file\nC\nNONE\n", encoding="utf-8")

    merged = merge_env_file(env_file, {"A": "process", "HOME": "/home", "C": "process"})

    assert merged == {"A": "file", "B": "file", "C": "process", "HOME": "/home"}


@pytest.mark.parametrize("variable", ["APP_ENV", "NODE_ENV", "JWT_JWKS_URI", "JWT_ISSUER"])
def test_contradiction_about_a_deciding_variable_is_an_error(env_file: Path, variable: str) -> None:
    env_file.write_text(f"{variable}=dev\n", encoding="utf-8")

    with pytest.raises(ConflictingVariableError) as caught:
        merge_env_file(env_file, {variable: "production"})

    assert caught.value.variable == variable
    assert variable in str(caught.value)
    assert merge_env_file(env_file, {variable: " dev "})[variable] == "dev"
    assert merge_env_file(env_file, {variable: " "})[variable] == "dev"


@pytest.mark.parametrize("content", ["NODE_ENV=production\nNODE_ENV\n", "NODE_ENV=\nNODE_ENV\n"])
def test_bare_name_does_not_hide_a_contradiction(env_file: Path, content: str) -> None:
    env_file.write_text(content)

    with pytest.raises(ConflictingVariableError):
        merge_env_file(env_file, {"NODE_ENV": "dev"})
