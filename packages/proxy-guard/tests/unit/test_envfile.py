"""Env files."""

from pathlib import Path

import pytest
from proxy_guard.envfile import merge_env_file, read_env_file
from proxy_guard.errors import ConflictingVariableError, EnvFileError

pytestmark = pytest.mark.requirement("PG-4")


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / "proxy.env"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("A=", ""),
        ("  A = b  ", "b"),
        ("export A=b", "b"),
        ("A=b=c", "b=c"),
        ("A=b c", "b c"),
        ("A=b # comment", "b"),
        ("A=b#c", "b#c"),
        ("A=# comment", ""),
        ("A='b # c' # comment", "b # c"),
        ("A='b\\n'", "b\\n"),
        ('A="b # c"', "b # c"),
        ('A="b" # comment', "b"),
        ('A="b\\nc\\"d\\\\e\\$\\t\\r"', 'b\nc"d\\e$\t\r'),
        ('A="\\x"', "\\x"),
        ('A=""', ""),
        ("A=b\r", "b"),
        ("A=b\nA=c", "c"),
        ("\ufeffA=b", "b"),
        ("# A=x\n\nA=b", "b"),
    ],
)
def test_value_is_read(env_file: Path, line: str, value: str) -> None:
    env_file.write_text(line, encoding="utf-8")

    assert read_env_file(env_file) == {"A": value}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hunter2 hunter2", "expected NAME=value"),
        ("=hunter2", "expected NAME=value"),
        ("1A=hunter2", "expected NAME=value"),
        ("Ä=hunter2", "expected NAME=value"),
        ("A='hunter2", "closing ' is missing"),
        ('A="hunter2', 'closing " is missing'),
        ('A="hunter2\\"', 'closing " is missing'),
        ('A="hunter2\\', 'closing " is missing'),
        ("A='x' hunter2", "text follows the closing '"),
        ("A=hunter2\0", "NUL"),
    ],
)
def test_error_names_file_and_line_but_no_value(env_file: Path, line: str, reason: str) -> None:
    env_file.write_text(f"# first\n{line}\n", encoding="utf-8")

    with pytest.raises(EnvFileError) as caught:
        read_env_file(env_file)

    assert str(caught.value).startswith(f"env file {env_file}, line 2: ")
    assert reason in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert (caught.value.path, caught.value.line) == (env_file, 2)


def test_error_names_the_file_when_it_cannot_be_read(env_file: Path) -> None:
    with pytest.raises(EnvFileError, match="cannot be read: No such file or directory") as caught:
        read_env_file(env_file)
    assert caught.value.line is None

    env_file.write_bytes(b"A=\xff")
    with pytest.raises(EnvFileError, match="is not UTF-8 text"):
        read_env_file(env_file)


def test_file_overrides_the_environment(env_file: Path) -> None:
    env_file.write_text("A=file\nHOME\nB=file\n", encoding="utf-8")

    merged = merge_env_file(env_file, {"A": "process", "HOME": "/home", "C": "process"})

    assert merged == {"A": "file", "B": "file", "C": "process", "HOME": "/home"}


@pytest.mark.parametrize("variable", ["APP_ENV", "NODE_ENV", "JWT_JWKS_URI", "JWT_ISSUER"])
def test_contradiction_about_a_deciding_variable_is_an_error(env_file: Path, variable: str) -> None:
    env_file.write_text(f"{variable}=dev", encoding="utf-8")

    with pytest.raises(ConflictingVariableError) as caught:
        merge_env_file(env_file, {variable: "production"})

    assert caught.value.variable == variable
    assert variable in str(caught.value)
    assert merge_env_file(env_file, {variable: " dev "})[variable] == "dev"
    assert merge_env_file(env_file, {variable: " "})[variable] == "dev"
