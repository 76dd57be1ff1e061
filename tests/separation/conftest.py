"""A key of the simulator, made by its own command."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ISSUER_COMMAND
from tests.once import make_once
from tests.separation.artefacts import DevKey
from tests.services import read_clean_environ


@pytest.fixture(scope="session")
def dev_key(tmp_path_factory: pytest.TempPathFactory) -> DevKey:
    return DevKey(make_once(tmp_path_factory, "dev-key", make_keys))


def make_keys(folder: Path) -> None:
    assert ISSUER_COMMAND.exists(), "run the tests with ci/test.sh, which installs the issuer"
    subprocess.run(
        [ISSUER_COMMAND, "make-keys", folder],
        env=read_clean_environ(), capture_output=True, check=True, timeout=60,
    )  # fmt: skip
