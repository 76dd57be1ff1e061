# DEV-ONLY: never ship to production.
from pathlib import Path

import pytest
from token_issuer.config.env_file import read_env_file


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / "issuer.env"


@pytest.mark.requirement("TI-9")
def test_env_file_is_read_without_substitution(env_file: Path) -> None:
    env_file.write_text(
        "# comment\n"
        "\n"
        "export PLAIN=text # comment\n"
        'QUOTED="https://$HOME.test"\n'
        "SINGLE='two\nlines'\n"
        "REPEATED=first\n"
        "REPEATED=\n"
    )

    assert read_env_file(env_file) == (
        {
            "PLAIN": "text",
            "QUOTED": "https://$HOME.test",
            "SINGLE": "two\nlines",
            "REPEATED": "first",
        },
        [],
    )


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    "wrong",
    ["NODE_ENV hunter2", "NODE_ENV: hunter2", "NODE_ENV='hunter2", "NODE_ENV", "=hunter2"],
)
def test_line_that_sets_nothing_is_named_by_its_number_alone(env_file: Path, wrong: str) -> None:
    env_file.write_text(f"A=1\n\n# comment\n\n{wrong}\nB=2\n")

    variables, problems = read_env_file(env_file)

    assert variables == {"A": "1", "B": "2"}
    assert problems == [f"--env-file: {env_file} line 5: expected NAME=VALUE on a separate line"]


@pytest.mark.requirement("TI-9")
def test_env_file_is_a_problem_when_unreadable(env_file: Path) -> None:
    absent = read_env_file(env_file)
    env_file.write_bytes(b"\xff\xfe\x00")
    binary = read_env_file(env_file)

    remedy = "expected a text file of NAME=VALUE lines"
    assert absent == (
        {},
        [f"--env-file: {env_file} cannot be read: No such file or directory; {remedy}"],
    )
    assert binary == ({}, [f"--env-file: {env_file} cannot be read: not UTF-8 text; {remedy}"])
