"""The examples for Testcontainers verify tokens in a real engine, and leave no container behind."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from tests.machine import INSTALL_TIMEOUT_S, ROOT, find_command, run
from tests.services import read_clean_environ

RUN_TIMEOUT_S: Final = 300
pytestmark = [
    pytest.mark.requirement("OPS-7"),
    pytest.mark.timeout(INSTALL_TIMEOUT_S + 2 * RUN_TIMEOUT_S),
]

HERE: Final = Path(__file__).parent
UV: Final = str(ROOT / "ci/uv")
NPM_OPTIONS: Final = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional")
FOREIGN_ISSUER: Final = "FROM token-issuer\nENV TOKEN_ISSUER_AUDIENCE=another\n"
REMEDIES: Final = {
    "npm": "run ci/testcontainers.sh, which installs Node",
    "node": "run ci/testcontainers.sh, which installs Node",
    "mvn": "install a JDK (17 or newer) and Maven 3.8 or newer",
    "go": "install Go 1.26 or newer",
}


@dataclass(frozen=True, kw_only=True)
class Example:
    """The project of a language.

    Attributes:
        install: The command that installs the dependencies, if `test` does not.
        test: The command of the usual test runner.
        passed: What the runner prints if one test passed and none failed.
        rejected: What the verifier says about a token for another audience.
        prefix_end: What ends the prefix of image names; only the library for Node adds a slash.
    """

    install: tuple[str, ...] = ()
    test: tuple[str, ...]
    passed: str
    rejected: str
    prefix_end: str = "/"


EXAMPLES: Final = {
    "python": Example(
        install=(UV, "sync", "--quiet", "--locked", "--project", "."),
        test=(str(HERE / "python/.venv/bin/pytest"),),
        passed="1 passed",
        rejected="InvalidAudienceError",
    ),
    "node": Example(
        install=("npm", "ci", *NPM_OPTIONS),
        test=("node", "--test", "--test-reporter=spec"),
        passed="pass 1",
        rejected='unexpected "aud" claim value',
        prefix_end="",
    ),
    "java": Example(
        test=("mvn", "--batch-mode", "test"),
        passed="Tests run: 1, Failures: 0, Errors: 0, Skipped: 0",
        rejected="The Claim 'aud' value doesn't contain the required audience",
    ),
    "go": Example(
        test=("go", "test", "-count=1", "-v", "./..."),
        passed="--- PASS: TestVerifierFetchesTheKeysAgainAfterARotation",
        rejected="token has invalid audience",
    ),
}


@pytest.fixture
def prefix() -> Iterator[str]:
    """Return the prefix of two images of this test alone: the issuer, and one with a fault."""
    name = f"testcontainers-{uuid4().hex[:8]}"
    issuer, foreign = f"{name}/token-issuer", f"{name}-foreign/token-issuer"
    run_docker("tag", "token-issuer", issuer)
    run_docker("build", "--quiet", "--tag", foreign, "-", content=FOREIGN_ISSUER)
    yield name
    if left := list_containers(name):
        run_docker("rm", "--force", "--volumes", *left)
    run_docker("rmi", issuer, foreign)


@pytest.mark.parametrize("language", EXAMPLES)
def test_example_verifies_tokens_and_leaves_no_container(language: str, prefix: str) -> None:
    example = EXAMPLES[language]
    if example.install:
        run(*find_program(example.install), cwd=HERE / language)

    status, output = run_example(language, prefix)
    assert (status, example.passed in output) == (0, True), output
    assert not list_containers(prefix)

    # Its tokens are for another audience, so the example fails after the container has started.
    status, output = run_example(language, f"{prefix}-foreign")
    assert status != 0
    assert example.rejected in output
    assert not list_containers(prefix)


def run_example(language: str, prefix: str) -> tuple[int, str]:
    """Run an example with the image `token-issuer` below *prefix*; return exit code and output."""
    example = EXAMPLES[language]
    outcome = subprocess.run(
        find_program(example.test),
        cwd=HERE / language,
        env={
            **read_clean_environ(),
            "TESTCONTAINERS_RYUK_DISABLED": "true",  # its image may be out of reach
            "TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX": prefix + example.prefix_end,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
    )
    return outcome.returncode, outcome.stdout


def find_program(command: tuple[str, ...]) -> tuple[str, ...]:
    program, *arguments = command
    return find_command(program, REMEDIES.get(program, "install it")), *arguments


def list_containers(prefix: str) -> list[str]:
    """Return the containers of the images whose names begin with *prefix*, running or not."""
    rows = run_docker("ps", "--all", "--format", "{{.ID}} {{.Image}}").splitlines()
    return [identifier for identifier, image in map(str.split, rows) if image.startswith(prefix)]


def run_docker(*arguments: str, content: str = "") -> str:
    outcome = subprocess.run(
        ["docker", *arguments],
        input=content,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
        check=False,
    )
    assert outcome.returncode == 0, f"docker {' '.join(arguments)}: {outcome.stderr}"
    return outcome.stdout
